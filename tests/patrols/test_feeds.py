"""The calendar feed of one's own shifts: a secret that can be taken back, and what it tells whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from lianfang import settings as project
from lianfang.platform.throttle import Limit
from patrols.models import CalendarFeed, Duty, Roster
from patrols.services import feeds, rosters
from patrols.views.calendar import WINDOW
from personnel.models import Member
from teams.models import User
from tests.conftest import County
from tests.factories import make_beat, make_duty, make_member, make_roster, make_shift_type

ClientOf = Callable[[User], Client]
TODAY = timezone.localdate()


@pytest.fixture
def published(county: County, member: Member) -> Roster:
    """The member's early shift tomorrow and a colleague's, published."""
    roster = make_roster(county.squadron, TODAY - dt.timedelta(days=40), TODAY + dt.timedelta(days=10))
    early = make_shift_type(county.squadron, "早")
    beat = make_beat(county.squadron, "文化路夜巡线")
    make_duty(roster, member, TODAY + dt.timedelta(days=1), early, beat=beat)
    make_duty(roster, make_member(county.group, "王磊"), TODAY + dt.timedelta(days=2), early)
    rosters.publish(by=None, roster=roster)
    return roster


def user_of(member: Member) -> User:
    assert member.user
    return member.user


def token_of(member: Member) -> str:
    return feeds.open_feed(by=user_of(member))


def read(token: str) -> list[Any]:
    answer = Client().get(reverse("calendar-feed", args=[token]))
    assert answer.status_code == 200, answer.status_code
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def test_feed_holds_own_published_duties_in_shanghai_time(published: Roster, member: Member) -> None:
    (event,) = read(token_of(member))
    starts = event.decoded("dtstart")
    assert timezone.localtime(starts).strftime("%H:%M") == "08:00"
    assert starts.utcoffset() == timezone.localtime(starts).utcoffset() != dt.timedelta(0)
    assert project.TIME_ZONE == "Asia/Shanghai"
    assert timezone.localtime(starts).date() == TODAY + dt.timedelta(days=1)
    assert (str(event["summary"]), str(event["location"])) == ("早班", "文化路夜巡线")
    assert str(event["status"]) == "CONFIRMED"


def test_draft_is_not_in_the_feed(county: County, member: Member) -> None:
    roster = make_roster(county.squadron, TODAY, TODAY + dt.timedelta(days=5))
    make_duty(roster, member, TODAY, make_shift_type(county.squadron, "早"))
    assert read(token_of(member)) == []


def test_only_the_last_thirty_days_are_told(county: County, member: Member) -> None:
    roster = make_roster(county.squadron, TODAY - dt.timedelta(days=40), TODAY)
    early = make_shift_type(county.squadron, "早")
    for back in (31, 30):
        make_duty(roster, member, TODAY - dt.timedelta(days=back), early)
    rosters.publish(by=None, roster=roster)
    (event,) = read(token_of(member))
    assert timezone.localtime(event.decoded("dtstart")).date() == TODAY - dt.timedelta(days=30)


def test_changed_shift_keeps_its_name_and_raises_its_sequence(
    published: Roster, member: Member, county: County
) -> None:
    token = token_of(member)
    (before,) = read(token)
    rosters.unpublish(by=None, roster=published, reason="换班")
    Duty.objects.filter(member=member).delete()
    late = make_shift_type(county.squadron, "中", starts_at=dt.time(16))
    make_duty(published, member, TODAY + dt.timedelta(days=1), late)
    rosters.publish(by=None, roster=published)
    (after,) = read(token)
    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]
    assert timezone.localtime(after.decoded("dtstart")).hour == 16


def test_duty_that_is_gone_is_cancelled(published: Roster, member: Member) -> None:
    token = token_of(member)
    (before,) = read(token)
    rosters.unpublish(by=None, roster=published, reason="重排")
    (cancelled,) = read(token)
    assert (cancelled["uid"], str(cancelled["status"])) == (before["uid"], "CANCELLED")
    assert cancelled["sequence"] > before["sequence"]
    rosters.publish(by=None, roster=Roster.objects.get())
    (again,) = read(token)
    assert str(again["status"]) == "CONFIRMED"
    assert again["sequence"] > cancelled["sequence"]


# --- the secret ------------------------------------------------------------------------------------------------------


def test_only_a_hash_of_the_token_is_stored(member: Member) -> None:
    token = token_of(member)
    feed = CalendarFeed.objects.get()
    assert token not in str(feed.__dict__)
    assert len(feed.digest) == 64


def test_database_stores_nothing_but_a_hash(member: Member) -> None:
    with pytest.raises(IntegrityError, match="feed_keeps_a_hash"), transaction.atomic():
        CalendarFeed.objects.create(user=user_of(member), digest="plain-token")


def test_new_address_kills_the_old_one(published: Roster, member: Member) -> None:
    old, new = token_of(member), token_of(member)
    assert Client().get(reverse("calendar-feed", args=[old])).status_code == 404
    assert len(read(new)) == 1


def test_revoked_address_opens_nothing(published: Roster, member: Member, client_of: ClientOf) -> None:
    token = token_of(member)
    client_of(user_of(member)).post(reverse("calendar-revoke"))
    assert Client().get(reverse("calendar-feed", args=[token])).status_code == 404


@pytest.mark.parametrize("ended", ["account", "post"])
def test_locked_account_and_ended_post_open_nothing(published: Roster, member: Member, ended: str) -> None:
    token = token_of(member)
    if ended == "account":
        User.objects.filter(pk=user_of(member).pk).update(is_active=False)
    else:
        user_of(member).posts.update(ends=dt.date(2020, 6, 30))
    assert Client().get(reverse("calendar-feed", args=[token])).status_code == 404


def test_feed_is_read_at_most_so_often(published: Roster, member: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("patrols.views.calendar.READS", Limit("feed", 2, WINDOW))
    address = reverse("calendar-feed", args=[token_of(member)])
    assert [Client().get(address).status_code for _ in range(3)] == [200, 200, 429]


def test_guessing_is_slowed_down(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("patrols.views.calendar.MISSES", Limit("feed-miss", 2, WINDOW))
    answers = [Client().get(reverse("calendar-feed", args=[f"guess-{n}"])).status_code for n in range(3)]
    assert answers == [404, 404, 429]


def test_page_shows_the_address_once(published: Roster, member: Member, client_of: ClientOf) -> None:
    client = client_of(user_of(member))
    made = client.post(reverse("my-calendar"))
    link = made.context["link"]
    assert link.startswith("http://testserver/calendar/")
    assert made.headers["Cache-Control"] == "no-store"
    assert Client().get(link).status_code == 200
    assert link not in client.get(reverse("my-calendar")).content.decode()
