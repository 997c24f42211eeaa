"""A roster's life: made, published, taken back, closed; and what the database refuses by itself."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone

from lianfang.platform.problems import Refused
from patrols.models import Duty, Roster, RosterVersion
from patrols.services import duties, rostering, rosters
from patrols.services.duties import CellChange
from personnel.models import DutyCertificate, Engagement
from teams.scope import row_scope
from tests.factories import make_absence, make_duty, make_member, make_roster, make_shift_type, make_user
from tests.patrols.conftest import DECEMBER, Station

pytestmark = pytest.mark.django_db


def day(number: int, month: int = 12) -> dt.date:
    return dt.date(2026, month, number)


def at(number: int, hour: int = 0) -> dt.datetime:
    return timezone.make_aware(dt.datetime(2026, 12, number, hour))


def codes(refusal: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {problem.code for problem in refusal.value.problems}


# --- making -------------------------------------------------------------------


def test_create_roster_overlapping_is_refused_with_a_sentence(station, leader):
    with pytest.raises(Refused) as refusal:
        rosters.create_roster(by=leader, unit=station.roster.unit, first_day=day(31), last_day=dt.date(2027, 1, 31))
    assert codes(refusal) == {"one_roster_a_day"}
    assert Roster.objects.count() == 1


def test_create_roster_for_a_group_is_refused(county, leader):
    with pytest.raises(Refused) as refusal:
        rosters.create_roster(by=leader, unit=county.group, first_day=DECEMBER[0], last_day=DECEMBER[1])
    assert codes(refusal) == {"roster_unit"}


def test_create_roster_outside_the_scope_is_denied_and_leaves_nothing(county, outsider):
    with pytest.raises(PermissionDenied):
        rosters.create_roster(by=outsider, unit=county.squadron, first_day=DECEMBER[0], last_day=DECEMBER[1])
    assert not Roster.objects.exists()


def test_overlapping_rosters_are_refused_by_the_database(station):
    with pytest.raises(IntegrityError, match="one_roster_a_day"):
        make_roster(station.roster.unit, day(31), dt.date(2027, 1, 31))


# --- publishing ---------------------------------------------------------------


def test_publish_takes_each_members_time_and_freezes_a_version(station, leader):
    make_duty(station.roster, station.zhang, day(1), station.early, beat=station.beat)
    make_duty(station.roster, station.li, day(31), station.night)
    version = rosters.publish(by=leader, roster=station.roster)
    station.roster.refresh_from_db()
    assert (station.roster.status, station.roster.version) == ("published", 1)
    assert set(Engagement.objects.values_list("kind", "starts")) == {("duty", at(1, 8)), ("duty", at(31, 22))}
    assert not Duty.objects.filter(engagement=None).exists()
    assert version.published_by == leader
    assert [(entry["member"], entry["day"]) for entry in version.duties] == [
        (station.zhang.pk, "2026-12-01"),
        (station.li.pk, "2026-12-31"),
    ]
    assert "张建国" not in str(version.duties)


def test_publish_empty_roster_is_refused(station, leader):
    with pytest.raises(Refused) as refusal:
        rosters.publish(by=leader, roster=station.roster)
    assert codes(refusal) == {"roster_empty"}


def test_publish_twice_is_refused(station, leader):
    make_duty(station.roster, station.zhang, day(1), station.early)
    rosters.publish(by=leader, roster=station.roster)
    with pytest.raises(Refused) as refusal:
        rosters.publish(by=leader, roster=station.roster)
    assert codes(refusal) == {"roster_not_draft"}


def break_rest(station: Station) -> None:
    make_duty(station.roster, station.zhang, day(1), station.late)
    make_duty(station.roster, station.zhang, day(2), station.early)


def break_overlap(station: Station) -> None:
    whole_day = make_shift_type(station.roster.unit, "值", minutes=1440, starts_at=dt.time(12))
    make_duty(station.roster, station.zhang, day(1), whole_day)
    make_duty(station.roster, station.zhang, day(2), station.early)


def break_hours_a_day(station: Station) -> None:
    long = make_shift_type(station.roster.unit, "长", minutes=12 * 60)
    make_duty(station.roster, station.zhang, day(1), long)


def break_weekly_rest(station: Station) -> None:
    for number in range(7, 14):  # Monday to Sunday
        make_duty(station.roster, station.zhang, day(number), station.early)


def break_nights_in_a_row(station: Station) -> None:
    for number in range(1, 6):
        make_duty(station.roster, station.zhang, day(number), station.night)


def break_hours_a_month(station: Station) -> None:
    long = make_shift_type(station.roster.unit, "长", minutes=11 * 60)
    for number in range(1, 32):
        if day(number).weekday() < 5:
            make_duty(station.roster, station.zhang, day(number), long)


def break_absence(station: Station) -> None:
    make_duty(station.roster, station.zhang, day(5), station.early)
    make_absence(station.zhang, at(5), at(6), "sick")


def break_certificate(station: Station) -> None:
    make_duty(station.roster, station.zhang, day(5), station.early)
    station.zhang.certificates.update(withdrawn_on=day(3), withdrawal_reason="复训不合格")


BREACHES = {
    "rest": break_rest,
    "overlap": break_overlap,
    "hours_day": break_hours_a_day,
    "weekly_rest": break_weekly_rest,
    "consecutive_nights": break_nights_in_a_row,
    "hours_month": break_hours_a_month,
    "absence": break_absence,
    "certificate": break_certificate,
}


@pytest.mark.parametrize("code", sorted(BREACHES))
def test_publish_is_refused_on_each_hard_limit_and_names_the_member(station, leader, code):
    BREACHES[code](station)
    with pytest.raises(Refused) as refusal:
        rosters.publish(by=leader, roster=station.roster)
    assert code in codes(refusal)
    assert all("张建国" in str(problem) for problem in refusal.value.problems)
    station.roster.refresh_from_db()
    assert station.roster.status == "draft"
    assert not Engagement.objects.filter(kind="duty").exists()


def test_publish_meets_time_taken_elsewhere_and_names_member_and_day(station, leader):
    """A duty in another squadron's roster holds the member's time."""
    Engagement.objects.create(member=station.zhang, kind="duty", starts=at(5, 9), ends=at(5, 17))
    make_duty(station.roster, station.zhang, day(5), station.late)
    with pytest.raises(Refused) as refusal:
        rosters.publish(by=leader, roster=station.roster)
    problem = next(item for item in refusal.value.problems if item.code == "overlap")
    assert "张建国" in str(problem)
    assert "5" in str(problem)


def test_publish_that_loses_a_race_for_a_members_time_is_refused_with_a_sentence(station, leader, monkeypatch):
    """Somebody takes the time between the look and the write: the database refuses, the leader reads why."""
    make_duty(station.roster, station.zhang, day(5), station.late)
    monkeypatch.setattr(rosters, "publishing_problems", lambda roster: [])
    Engagement.objects.create(member=station.zhang, kind="leave", starts=at(5, 9), ends=at(5, 17))
    with pytest.raises(Refused) as refusal:
        rosters.publish(by=leader, roster=station.roster)
    assert codes(refusal) == {"one_engagement_at_a_time"}
    station.roster.refresh_from_db()
    assert station.roster.status == "draft"


# --- versions -----------------------------------------------------------------


def test_second_version_holds_what_changed(station, leader):
    make_duty(station.roster, station.zhang, day(1), station.early)
    make_duty(station.roster, station.li, day(3), station.late)
    first = rosters.publish(by=leader, roster=station.roster)
    rosters.unpublish(by=leader, roster=station.roster, reason="改班")
    changes = [
        CellChange(station.zhang.pk, day(1), "中"),
        CellChange(station.zhang.pk, day(2), "中"),
        CellChange(station.li.pk, day(3), None),
    ]
    duties.set_cells(by=leader, roster=station.roster, changes=changes)
    second = rosters.publish(by=leader, roster=station.roster)
    changed = [(item["member"], item["day"], bool(item["before"]), bool(item["after"])) for item in second.changes]
    assert changed == [
        (station.zhang.pk, "2026-12-01", True, True),
        (station.zhang.pk, "2026-12-02", False, True),
        (station.li.pk, "2026-12-03", True, False),
    ]
    assert second.number == 2
    assert second.digest != first.digest


def test_digest_leaves_identity_out(station, leader):
    from patrols.rules import versions

    duty = make_duty(station.roster, station.zhang, day(1), station.early)
    entries = versions.snapshot([duty])
    renamed = [entry | {"member": 999_999} for entry in entries]
    moved = [entry | {"day": "2026-12-02"} for entry in entries]
    assert versions.digest(entries) == versions.digest(renamed)
    assert versions.digest(entries) != versions.digest(moved)


# --- taking back and closing --------------------------------------------------


def test_unpublish_needs_a_reason(station, leader):
    make_duty(station.roster, station.zhang, day(1), station.early)
    rosters.publish(by=leader, roster=station.roster)
    with pytest.raises(Refused) as refusal:
        rosters.unpublish(by=leader, roster=station.roster, reason="  ")
    assert codes(refusal) == {"reason_missing"}
    assert Engagement.objects.filter(kind="duty").exists()


def test_unpublish_frees_the_time_and_keeps_the_version(station, leader):
    make_duty(station.roster, station.zhang, day(1), station.early)
    rosters.publish(by=leader, roster=station.roster)
    rosters.unpublish(by=leader, roster=station.roster, reason="人员调整")
    station.roster.refresh_from_db()
    assert station.roster.status == "draft"
    assert not Engagement.objects.exists()
    assert RosterVersion.objects.count() == 1
    assert Duty.objects.count() == 1


def test_close_before_the_last_day_is_over_is_refused(station, leader):
    make_duty(station.roster, station.zhang, day(1), station.early)
    rosters.publish(by=leader, roster=station.roster)
    with pytest.raises(Refused) as refusal:
        rosters.close(by=leader, roster=station.roster, today=day(31))
    assert codes(refusal) == {"roster_runs"}
    rosters.close(by=leader, roster=station.roster, today=dt.date(2027, 1, 1))
    station.roster.refresh_from_db()
    assert station.roster.status == "closed"


# --- what the database keeps, whoever writes ----------------------------------


@pytest.fixture
def published(station, leader):
    make_duty(station.roster, station.zhang, day(1), station.early)
    rosters.publish(by=leader, roster=station.roster)
    return station


def refuses(sql: str, *parameters: object) -> str:
    """Run the statement; the name of the constraint that refused it."""
    with pytest.raises((IntegrityError, InternalError)) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
    return getattr(error.value.__cause__.diag, "constraint_name", None) or str(error.value)


def test_published_duty_without_a_reason_is_guarded(published):
    duty = Duty.objects.get()
    assert refuses("UPDATE patrols_duty SET day = day + 1 WHERE id = %s", duty.pk) == "published_duties_guarded"
    assert refuses("DELETE FROM patrols_duty WHERE id = %s", duty.pk) == "published_duties_guarded"


def test_closed_duty_stays_even_with_a_reason(published, leader):
    rosters.close(by=leader, roster=published.roster, today=dt.date(2027, 1, 1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lf.reason', 'x', true)")
    assert refuses("DELETE FROM patrols_duty") == "published_duties_guarded"


def test_duty_without_certificate_is_refused_by_the_database(station, county):
    novice = make_member(county.group, "新人", certified=False)
    with pytest.raises(IntegrityError, match="certificate"):
        make_duty(station.roster, novice, day(1), station.early)


def test_duty_on_the_day_a_certificate_is_withdrawn_is_refused_by_the_database(station):
    DutyCertificate.objects.filter(member=station.zhang).update(withdrawn_on=day(5), withdrawal_reason="x")
    make_duty(station.roster, station.zhang, day(4), station.early)
    with pytest.raises(IntegrityError, match="certificate"):
        make_duty(station.roster, station.zhang, day(5), station.early)


def test_duty_outside_the_rosters_days_is_refused_by_the_database(station):
    with pytest.raises(IntegrityError, match="outside the roster"):
        make_duty(station.roster, station.zhang, day(30, month=11), station.early)


def test_publishing_past_the_service_needs_every_members_time(station):
    make_duty(station.roster, station.zhang, day(1), station.early)
    sql = "UPDATE patrols_roster SET status = 'published' WHERE id = %s"
    assert refuses(sql, station.roster.pk) == "published_duty_holds_time"


def test_frozen_version_refuses_update_and_delete(published):
    assert "Cannot update or delete" in refuses("UPDATE patrols_rosterversion SET digest = ''")
    assert "Cannot update or delete" in refuses("DELETE FROM patrols_rosterversion")


def test_two_duties_at_the_same_time_are_refused_by_the_database(published):
    span = (at(1, 15), at(1, 23))
    with pytest.raises(IntegrityError, match="one_engagement_at_a_time"):
        Engagement.objects.create(member=published.zhang, kind="duty", starts=span[0], ends=span[1])


# --- time ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "expected_end"),
    [
        (dt.date(2026, 12, 5), dt.datetime(2026, 12, 6, 8)),
        (dt.date(2026, 11, 30), dt.datetime(2026, 12, 1, 8)),
        (dt.date(2026, 12, 31), dt.datetime(2027, 1, 1, 8)),
        (dt.date(2028, 2, 28), dt.datetime(2028, 2, 29, 8)),
    ],
)
def test_night_shift_ends_on_the_next_day_across_month_and_year(station, first, expected_end):
    starts, ends = station.night.span_on(first)
    assert timezone.make_naive(ends) == expected_end
    assert ends - starts == dt.timedelta(hours=10)


def test_night_of_last_month_stops_the_early_shift_of_the_first(station, county, leader):
    """A roster's border is no border for rest."""
    november = make_roster(county.squadron, day(1, month=11), day(30, month=11))
    make_duty(november, station.zhang, day(30, month=11), station.night)
    rosters.publish(by=None, roster=november)
    make_duty(station.roster, station.zhang, day(1), station.early)
    with pytest.raises(Refused) as refusal:
        rosters.publish(by=leader, roster=station.roster)
    assert "rest" in codes(refusal)


# --- neighbours ---------------------------------------------------------------


def test_draft_after_a_published_roster_makes_only_itself_wrong(station, leader):
    """Late on 31 December, early on 1 January: too little rest, and the plan for January is what breaks it."""
    make_duty(station.roster, station.zhang, day(31), station.late)
    rosters.publish(by=leader, roster=station.roster)
    january = make_roster(station.roster.unit, dt.date(2027, 1, 1), dt.date(2027, 1, 31))
    make_duty(january, station.zhang, dt.date(2027, 1, 1), station.early)
    station.roster.refresh_from_db()
    assert [finding.code for finding in rostering.judge(january)] == ["rest"]
    assert rostering.judge(station.roster) == []


def test_two_drafts_of_a_squadron_heed_each_other(station):
    make_duty(station.roster, station.zhang, day(31), station.late)
    january = make_roster(station.roster.unit, dt.date(2027, 1, 1), dt.date(2027, 1, 31))
    make_duty(january, station.zhang, dt.date(2027, 1, 1), station.early)
    assert [finding.code for finding in rostering.judge(january)] == ["rest"]
    assert [finding.code for finding in rostering.judge(station.roster)] == ["rest"]


def test_publish_of_a_number_that_stands_already_is_refused_with_a_sentence(station, leader):
    """Two publish at the same moment: the second meets the first one's version."""
    make_duty(station.roster, station.zhang, day(5), station.late)
    RosterVersion.objects.create(roster=station.roster, unit=station.roster.unit, number=1, duties=[], digest="0" * 64)
    with pytest.raises(Refused) as refusal:
        rosters.publish(by=leader, roster=station.roster)
    assert codes(refusal) == {"roster_version_number_once"}
    station.roster.refresh_from_db()
    assert station.roster.is_draft


def test_time_of_somebody_transferred_out_of_sight_is_neither_freed_nor_taken(station, leader, county):
    make_duty(station.roster, station.zhang, dt.date(2026, 12, 1), station.early, beat=station.beat)
    make_duty(station.roster, station.li, dt.date(2026, 12, 1), station.early, beat=station.beat)
    with row_scope(leader):
        rosters.publish(by=leader, roster=station.roster)
    station.zhang.unit = county.other_group
    station.zhang.save()
    of_both = make_user("of_both", "leader", county.brigade)
    with row_scope(leader), pytest.raises(Refused) as refused:
        rosters.unpublish(by=leader, roster=station.roster, reason="更正")
    assert [problem.code for problem in refused.value.problems] == ["members_unseen"]
    assert Engagement.objects.filter(member=station.zhang).exists()
    with row_scope(of_both):
        rosters.unpublish(by=of_both, roster=station.roster, reason="更正")
    assert not Engagement.objects.exists()
    with row_scope(leader), pytest.raises(Refused) as refused:
        rosters.publish(by=leader, roster=station.roster)
    assert [problem.code for problem in refused.value.problems] == ["members_unseen"]
