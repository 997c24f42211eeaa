"""The demonstration county: its figures, its rosters, its accounts; at any date."""

from __future__ import annotations

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone

from lianfang.home.demonstration import county, layout
from lianfang.home.demonstration.absences import fair_day
from lianfang.home.demonstration.accounts import ACCOUNTS
from lianfang.home.demonstration.layout import SQUADRONS, TOWNS, URBAN, SquadronPlan
from lianfang.home.demonstration.people import GRADUATES, VETERANS, invented_members
from patrols.models import CoverRequirement, Roster, RosterStatus
from patrols.services import rostering
from personnel.models import Absence, Application, Campaign, DutyCertificate, Member, Source
from personnel.rules.recruitment.campaigns import application_time_problems
from teams.models import Unit, User
from teams.services.accounts import DEMONSTRATION_PASSWORD

TODAY = dt.date(2026, 11, 21)
SMALL = (SQUADRONS[0], SQUADRONS[-2])


def test_towns_have_five_patrol_members_per_10000_residents() -> None:
    assert [town.strength for town in TOWNS] == [plan.strength for plan in SQUADRONS[:-1]]
    assert sum(town.strength for town in TOWNS) == 348
    assert sum(town.population for town in TOWNS) * 5 == 348 * 10_000


class CountyTests(TestCase):
    """The whole county, built once for all of them."""

    @classmethod
    def setUpTestData(cls) -> None:
        county.build(TODAY)
        connection.check_constraints()  # else the end of each test checks thousands of rows anew

    def test_county_has_the_published_strength_and_sources(self) -> None:
        enrolled = Member.objects.filter(recruitment=None)
        assert enrolled.count() == 468
        assert enrolled.below(Unit.objects.get(code=URBAN.code)).count() == 120
        assert enrolled.filter(is_veteran=True).count() == VETERANS == 156
        assert enrolled.filter(source=Source.VETERAN, is_veteran=True).count() == 156
        assert enrolled.filter(source=Source.GRADUATE).count() == GRADUATES == 189
        assert not Member.objects.filter(unit__kind__in=("district", "brigade", "squadron")).exists()

    def test_people_are_invented_and_a_few_share_a_name(self) -> None:
        members = list(Member.objects.all())
        assert all(member.id_number.startswith("9901") for member in members)
        assert len({member.id_number for member in members}) == 470
        assert 440 < len({member.name for member in members}) < 470

    def test_campaigns_stand_at_three_points_of_their_way(self) -> None:
        found = {c.title: c for c in Campaign.objects.all()}
        now, running, over = (found[f"联防队员{season}季招聘"] for season in "冬秋夏")
        assert now.is_open
        assert not application_time_problems(now, timezone.localdate())
        standing = Application.objects.running().filter(campaign=running, waiting=False)
        assert set(standing.values_list("step__kind", flat=True)) == {"interview"}
        assert over.status == "closed"
        assert over.notices.get().objections.get().answered_on
        hired = Member.objects.filter(recruitment__application__campaign=over)
        assert hired.count() == 2
        assert not hired.exclude(certificates=None).exists()  # the pre-job training lies ahead

    def test_certificates_show_every_case(self) -> None:
        valid = DutyCertificate.objects.valid_on(TODAY)
        soon = valid.filter(valid_until__lte=TODAY + dt.timedelta(days=60))
        assert valid.count() == 464
        assert soon.count() == 5
        assert DutyCertificate.objects.filter(valid_until__lt=TODAY).count() == 1
        assert Member.objects.filter(certificates=None, recruitment=None).count() == 3

    def test_each_squadron_has_two_published_months_and_an_empty_draft(self) -> None:
        for plan in SQUADRONS:
            rosters = Roster.objects.filter(unit__code=plan.code).order_by("first_day")
            assert [(r.first_day, r.status) for r in rosters] == [
                (dt.date(2026, 10, 1), RosterStatus.PUBLISHED),
                (dt.date(2026, 11, 1), RosterStatus.PUBLISHED),
                (dt.date(2026, 12, 1), RosterStatus.DRAFT),
            ]
            assert all(r.is_whole_month for r in rosters)
            assert not rosters[2].duties.exists()

    def test_published_rosters_break_no_limit_and_cover_nearly_every_need(self) -> None:
        for roster in Roster.objects.filter(status=RosterStatus.PUBLISHED):
            sheet = rostering.sheet(roster)
            assert [f for f in sheet.findings() if f.hard] == [], roster
            assert sheet.uncovered <= 6, roster
            assert sheet.uncovered / sum(need.minimum for need in sheet.cover()) < 0.01, roster

    def test_next_month_has_absences_and_one_day_that_cannot_be_covered(self) -> None:
        first = county.month_after(TODAY.replace(day=1))
        assert Absence.objects.filter(engagement__starts__date__gte=first).count() >= 12
        fair = CoverRequirement.objects.get(first_day=fair_day(first))
        assert fair.first_day.weekday() == 5
        draft = Roster.objects.get(unit=fair.beat.unit, status=RosterStatus.DRAFT)
        sheet = rostering.sheet(draft)
        needed = sum(need.minimum for need in sheet.cover() if need.day == fair.first_day)
        away = {member for member, day in sheet.absences if day == fair.first_day}
        certified = [member for member in sheet.members if member.certificates.exists()]  # not those in training
        assert needed > len(certified) - len(away)

    def test_each_role_has_an_account_that_signs_in(self) -> None:
        users = User.objects.filter(is_demonstration=True)
        assert {user.username for user in users} == {account.username for account in ACCOUNTS}
        assert all(user.check_password(DEMONSTRATION_PASSWORD) for user in users)
        for account in ACCOUNTS:
            client = Client()
            client.post(reverse("demo-sign-in"), {"username": account.username})
            assert client.session["_auth_user_id"] == str(users.get(username=account.username).pk)
            assert client.get(reverse("home")).status_code == 200

    def test_member_accounts_belong_to_member_files(self) -> None:
        for account in ACCOUNTS:
            if account.member is not None:
                user = User.objects.get(username=account.username)
                assert user.member.name == user.name
                assert user.current_posts[0].unit == user.member.unit

    def test_second_call_changes_nothing_and_prints_the_accounts(self) -> None:
        before = (Member.objects.count(), Roster.objects.count(), User.objects.count())
        out = StringIO()
        call_command("demo_county", "--accounts", stdout=out)
        assert (Member.objects.count(), Roster.objects.count(), User.objects.count()) == before
        assert all(account.username in out.getvalue() for account in ACCOUNTS)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("today", "plans"),
    [
        (dt.date(2026, 12, 15), SMALL),  # next month lies in the next year
        (dt.date(2027, 1, 31), (URBAN,)),  # last month in the year before; the next has no 31st
        (dt.date(2026, 2, 1), SMALL),  # the month with the fewest workdays
        (dt.date(2028, 2, 29), SMALL),  # a year without an announced calendar
    ],
)
def test_months_follow_today(today: dt.date, plans: tuple[SquadronPlan, ...]) -> None:
    county.build(today, plans)
    this = today.replace(day=1)
    months = [county.month_before(this), this, county.month_after(this)]
    for plan in plans:
        rosters = Roster.objects.filter(unit__code=plan.code).order_by("first_day")
        assert [roster.first_day for roster in rosters] == months
        assert [roster.status for roster in rosters] == ["published", "published", "draft"]
        for roster in rosters[:2]:
            assert [f for f in rostering.sheet(roster).findings() if f.hard] == []


def test_people_stay_the_same_whatever_the_day() -> None:
    one, other = invented_members(TODAY), invented_members(dt.date(2028, 2, 29))
    assert [m.name for m in one] == [m.name for m in other]
    assert len(one) == layout.STRENGTH == 468


def test_dates_of_people_agree_on_any_day() -> None:
    for today in (TODAY + dt.timedelta(days=61 * n) for n in range(24)):
        for person in invented_members(today):
            assert person.born < person.hired_on <= today < person.contract_until
            if person.certificate:
                _number, issued, until = person.certificate
                assert person.hired_on <= issued <= until


@pytest.mark.django_db
def test_nothing_is_left_of_a_build_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(county, "draft", fail)
    with pytest.raises(RuntimeError):
        county.build(timezone.localdate(), SMALL[:1])
    assert not county.exists()
