"""Throttles: counted in the database, across connections, and forgotten with their window."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from lianfang.platform.jobs.worker import prune
from lianfang.platform.models import Tries
from lianfang.platform.throttle import Limit, visitor, wait_for

pytestmark = pytest.mark.django_db
TWICE = Limit("test", 2, dt.timedelta(minutes=10))


def test_try_beyond_the_limit_waits_for_the_end_of_the_window() -> None:
    assert [wait_for(TWICE, "a") for _ in range(2)] == [0, 0]
    assert 590 < wait_for(TWICE, "a") <= 600
    assert wait_for(TWICE, "b") == 0
    assert wait_for(Limit("other", 2, TWICE.window), "a") == 0


def test_next_window_is_free_again_though_it_was_tried_all_the_time() -> None:
    for _ in range(50):
        wait_for(TWICE, "a")
    assert Tries.objects.get().count == TWICE.most + 1
    Tries.objects.update(ends=timezone.now() - dt.timedelta(seconds=1))
    assert [wait_for(TWICE, "a") == 0 for _ in range(3)] == [True, True, False]


def test_concurrent_tries_are_each_counted() -> None:
    """On connections of their own, as several web processes have."""
    limit = Limit("test-race", 10, dt.timedelta(minutes=10))

    def try_often(_: int) -> int:
        try:
            return sum(wait_for(limit, "a") == 0 for _ in range(8))
        finally:
            connection.close()

    def forget() -> None:
        Tries.objects.all().delete()  # what the threads wrote is committed
        connection.close()

    with ThreadPoolExecutor(4) as threads:
        try:
            assert sum(threads.map(try_often, range(4))) == 10
        finally:
            threads.submit(forget).result()


def test_ended_windows_are_forgotten_and_nothing_tells_who_it_was() -> None:
    wait_for(TWICE, "203.0.113.7")
    row = Tries.objects.get()
    assert "203.0.113.7" not in row.key
    prune()
    assert Tries.objects.exists()
    Tries.objects.update(ends=timezone.now() - dt.timedelta(seconds=1))
    prune()
    assert not Tries.objects.exists()


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", ""),
    ],
)
def test_visitor_is_the_address_or_the_network_that_one_has_alone(address: str, counted: str) -> None:
    assert visitor(RequestFactory().get("/", REMOTE_ADDR=address)) == counted
