"""Jobs: asked for, done, stopped, failed, and done once though their worker is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from lianfang.platform import jobs
from lianfang.platform.jobs.line import Busy, Line
from lianfang.platform.jobs.worker import Worker, prune, sweep
from lianfang.platform.models import Job, JobStatus
from personnel.models import Member
from teams.models import CalendarDay, User
from tests.conftest import County
from tests.platform.long_work import HOLD, SECRET

committed = pytest.mark.django_db(transaction=True)
PATIENCE = 60.0


def work_off() -> None:
    """Do all waiting jobs in this process."""
    Worker(batch=True).run()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def status(job: Job) -> str:
    job.refresh_from_db()
    return job.status


@pytest.fixture
def go(tmp_path: Path) -> Path:
    """The file that the held work waits for."""
    return tmp_path / "go"


Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def start_worker(go: Path) -> Iterator[Start]:
    """Starts real worker processes on the test database; kills those left at the end."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        name = connection.settings_dict["NAME"]
        command = [sys.executable, "-m", "tests.platform.worker_process", name]
        started.append(subprocess.Popen(command, cwd=settings.BASE_DIR, env={**os.environ, HOLD: str(go)}))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


# --- asking ----------------------------------------------------------------------------------------------------------


def test_job_waits_in_the_queue_once_asked_for(leader: User) -> None:
    job = jobs.enqueue("test_add", by=leader, first=1, second=2)
    assert job.status == JobStatus.WAITING
    assert DBTaskResult.objects.get(pk=job.task_id).args_kwargs["kwargs"] == {"job_id": str(job.pk)}


def test_job_of_a_busy_subject_is_the_unfinished_one(leader: User, outsider: User) -> None:
    first = jobs.enqueue("test_add", by=leader, subject="roster:1", first=1, second=2)
    assert jobs.enqueue("test_add", by=outsider, subject="roster:1", first=3, second=4) == first
    assert DBTaskResult.objects.count() == 1


def test_database_keeps_one_unfinished_job_a_subject(leader: User) -> None:
    Job.objects.create(kind="test_add", owner=leader, subject="roster:1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(kind="test_add", owner=leader, subject="roster:1")


def test_unknown_work_is_not_accepted(leader: User) -> None:
    with pytest.raises(LookupError):
        jobs.enqueue("no_such_work", by=leader)


# --- doing -----------------------------------------------------------------------------------------------------------


@committed
def test_job_is_done_with_its_result(leader: User) -> None:
    job = jobs.enqueue("test_add", by=leader, first=1, second=2)
    work_off()
    assert status(job) == JobStatus.DONE
    assert (job.result, job.facts, job.percent, job.attempts) == ({"sum": 3}, {"half": True}, 100, 1)


@committed
@pytest.mark.parametrize(("name", "error"), [("test_fail", "Refused:no_luck"), ("test_break", "ValueError")])
def test_failed_job_keeps_class_and_code_and_no_text(leader: User, name: str, error: str) -> None:
    job = jobs.enqueue(name, by=leader)
    work_off()
    assert status(job) == JobStatus.FAILED
    assert job.error == error
    queued = DBTaskResult.objects.values().get(pk=job.task_id)
    assert SECRET not in str(queued) + str(Job.objects.values().get(pk=job.pk))


@committed
def test_job_sees_the_rows_of_its_owner_only(leader: User, member: Member, foreign_member: Member) -> None:
    job = jobs.enqueue("test_members", by=leader)
    work_off()
    assert status(job) == JobStatus.DONE
    assert job.result == {"members": [member.pk]}
    assert set(Member.objects.all()) == {member, foreign_member}, "the scope must not outlive the job"


@committed
def test_job_of_an_owner_whose_post_ended_sees_nothing(leader: User, member: Member) -> None:
    job = jobs.enqueue("test_members", by=leader)
    leader.posts.update(ends=timezone.localdate() - timezone.timedelta(days=1))
    work_off()
    job.refresh_from_db()
    assert job.result == {"members": []}


# --- stopping --------------------------------------------------------------------------------------------------------


@committed
def test_waiting_job_is_cancelled_and_never_done(leader: User) -> None:
    job = jobs.enqueue("test_add", by=leader, first=1, second=2)
    jobs.cancel(job)
    assert status(job) == JobStatus.CANCELLED
    work_off()
    assert (status(job), job.attempts, job.result) == (JobStatus.CANCELLED, 0, {})


@committed
def test_running_job_is_cancelled_at_its_next_safe_point(leader: User, start_worker: Start) -> None:
    job = jobs.enqueue("test_day", by=None)
    start_worker()
    wait_until(lambda: status(job) == JobStatus.RUNNING)
    jobs.cancel(job)
    wait_until(lambda: status(job) == JobStatus.CANCELLED)
    assert not CalendarDay.objects.exists()


@committed
def test_running_job_ends_with_the_best_so_far_when_asked(leader: User, start_worker: Start) -> None:
    job = jobs.enqueue("test_best", by=leader)
    start_worker()
    wait_until(lambda: status(job) == JobStatus.RUNNING)
    jobs.stop(job)
    wait_until(lambda: status(job) == JobStatus.DONE)
    assert job.result == {"kept": True}


def test_waiting_job_has_no_best_to_keep(leader: User) -> None:
    job = jobs.enqueue("test_best", by=leader)
    jobs.stop(job)
    assert (status(job), job.stop_requested) == (JobStatus.WAITING, False)


@committed
def test_job_that_is_taken_again_begins_anew(leader: User) -> None:
    job = running_job(leader, percent=80, stop_requested=True)
    with Line(job.pk) as line:
        assert line.begin()
    job.refresh_from_db()
    assert (job.percent, job.stop_requested) == (0, False)


def test_finished_job_is_not_cancelled(leader: User) -> None:
    job = Job.objects.create(kind="test_add", owner=leader, status=JobStatus.DONE)
    jobs.cancel(job)
    assert (status(job), job.cancel_requested) == (JobStatus.DONE, False)


@committed
@pytest.mark.parametrize("name", ["test_day", "test_deaf"])
def test_told_worker_ends_and_gives_its_job_back(start_worker: Start, name: str) -> None:
    job = jobs.enqueue(name, by=None)
    worker = start_worker()
    wait_until(lambda: status(job) == JobStatus.RUNNING)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE) == 0
    assert (status(job), job.attempts) == (JobStatus.WAITING, 0)
    assert DBTaskResult.objects.get(pk=job.task_id).status == "READY"


@committed
def test_idle_worker_ends_when_told(start_worker: Start, leader: User) -> None:
    job = jobs.enqueue("test_add", by=leader, first=1, second=2)
    worker = start_worker()
    wait_until(lambda: status(job) == JobStatus.DONE)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE) == 0


# --- killed workers --------------------------------------------------------------------------------------------------


@committed
def test_job_of_a_killed_worker_is_done_once(start_worker: Start, go: Path) -> None:
    job = jobs.enqueue("test_day", by=None)
    first = start_worker()
    wait_until(lambda: status(job) == JobStatus.RUNNING and job.percent > 0)
    first.kill()
    first.wait()
    go.touch()
    start_worker()
    wait_until(lambda: status(job) == JobStatus.DONE)
    assert (job.attempts, job.result) == (2, {"written": True})
    assert CalendarDay.objects.count() == 1


@committed
def test_two_workers_do_each_job_once(start_worker: Start, leader: User) -> None:
    asked = [jobs.enqueue("test_add", by=leader, first=n, second=1) for n in range(20)]
    start_worker()
    start_worker()
    wait_until(lambda: not Job.objects.unfinished().exists())
    done = Job.objects.filter(pk__in=[job.pk for job in asked])
    assert [job.attempts for job in done] == [1] * 20
    assert {job.result["sum"] for job in done} == set(range(1, 21))


def running_job(owner: User | None, **fields: object) -> Job:
    """A job as a killed worker leaves it behind."""
    job = jobs.enqueue("test_add", by=owner, first=1, second=2)
    Job.objects.filter(pk=job.pk).update(status=JobStatus.RUNNING, **{"attempts": 1, **fields})
    DBTaskResult.objects.filter(pk=job.task_id).update(status="RUNNING", worker_ids=["gone"])
    return job


@committed
def test_sweep_makes_a_job_without_lock_ready_again(leader: User) -> None:
    job = running_job(leader)
    assert sweep() == 1
    assert status(job) == JobStatus.WAITING
    work_off()
    assert (status(job), job.attempts) == (JobStatus.DONE, 2)


@committed
def test_sweep_leaves_a_locked_job_alone(leader: User) -> None:
    job = running_job(leader)
    with Line(job.pk):
        assert sweep() == 0
    assert status(job) == JobStatus.RUNNING


@committed
def test_lock_of_a_job_is_held_once(leader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lianfang.platform.jobs.line.LOCK_SECONDS", 0.0)
    job = jobs.enqueue("test_add", by=leader, first=1, second=2)
    with Line(job.pk), pytest.raises(Busy), Line(job.pk):
        pass


@committed
def test_sweep_gives_up_after_three_attempts(leader: User) -> None:
    job = running_job(leader, attempts=3)
    assert sweep() == 1
    assert (status(job), job.error) == (JobStatus.FAILED, "WorkerLost:gave_up")
    assert sweep() == 0


@committed
def test_sweep_ends_a_cancelled_job(leader: User) -> None:
    job = running_job(leader, cancel_requested=True)
    sweep()
    assert status(job) == JobStatus.CANCELLED


def test_prune_forgets_old_finished_jobs_only(leader: User) -> None:
    old = timezone.now() - timezone.timedelta(days=100)
    finished = Job.objects.create(kind="test_add", owner=leader, status=JobStatus.DONE, finished_at=old)
    waiting = jobs.enqueue("test_add", by=leader, first=1, second=2)
    prune()
    assert list(Job.objects.all()) == [waiting]
    assert not Job.objects.filter(pk=finished.pk).exists()


# --- pages -----------------------------------------------------------------------------------------------------------

ClientOf = Callable[[User], Client]


def test_job_page_polls_until_the_job_has_ended(leader: User, client_of: ClientOf) -> None:
    job = jobs.enqueue("generate_roster", by=leader, roster_id=1, seconds=10)
    Job.objects.filter(pk=job.pk).update(status=JobStatus.RUNNING, percent=40, facts={"uncovered": 7})
    address = reverse("job-detail", args=[job.pk])
    page = client_of(leader).get(address).content.decode()
    assert "hx-trigger" in page
    assert 'http-equiv="refresh"' in page
    assert ">7<" in page
    Job.objects.filter(pk=job.pk).update(status=JobStatus.DONE)
    page = client_of(leader).get(address).content.decode()
    assert "hx-trigger" not in page
    assert 'http-equiv="refresh"' not in page


def test_job_part_is_answered_to_htmx(leader: User, client_of: ClientOf) -> None:
    job = jobs.enqueue("test_add", by=leader, first=1, second=2)
    answer = client_of(leader).get(reverse("job-detail", args=[job.pk]), headers={"HX-Request": "true"})
    assert answer.content.decode().strip().startswith(f'<div class="stack" id="job-{job.pk}"')


def test_job_of_somebody_else_does_not_exist(leader: User, outsider: User, client_of: ClientOf) -> None:
    job = jobs.enqueue("test_add", by=leader, first=1, second=2)
    foreign = client_of(outsider)
    assert foreign.get(reverse("job-detail", args=[job.pk])).status_code == 404
    assert foreign.post(reverse("job-cancel", args=[job.pk])).status_code == 404
    assert str(job.pk) not in foreign.get(reverse("job-list")).content.decode()
    assert status(job) == JobStatus.WAITING


def test_owner_cancels_a_job(leader: User, client_of: ClientOf) -> None:
    job = jobs.enqueue("test_add", by=leader, first=1, second=2)
    client_of(leader).post(reverse("job-cancel", args=[job.pk]))
    assert status(job) == JobStatus.CANCELLED


@pytest.mark.parametrize(("kind", "offered"), [("test_best", True), ("test_add", False)])
def test_only_work_that_keeps_its_best_offers_it(leader: User, client_of: ClientOf, kind: str, offered: bool) -> None:
    job = Job.objects.create(kind=kind, owner=leader, status=JobStatus.RUNNING)
    page = client_of(leader).get(reverse("job-detail", args=[job.pk])).content.decode()
    assert (reverse("job-stop", args=[job.pk]) in page) is offered


def test_owner_asks_a_job_to_keep_its_best(leader: User, outsider: User, client_of: ClientOf) -> None:
    job = Job.objects.create(kind="test_best", owner=leader, status=JobStatus.RUNNING)
    address = reverse("job-stop", args=[job.pk])
    assert client_of(outsider).post(address).status_code == 404
    assert client_of(leader).post(address).status_code == 302
    job.refresh_from_db()
    assert (job.stop_requested, job.cancel_requested) == (True, False)


def test_failed_job_says_why_in_words(leader: User, client_of: ClientOf) -> None:
    job = Job.objects.create(kind="test_fail", owner=leader, status=JobStatus.FAILED, error="Refused:no_luck")
    assert "bad luck" in client_of(leader).get(reverse("job-detail", args=[job.pk])).content.decode()


def test_job_list_shows_own_jobs(leader: User, county: County, client_of: ClientOf) -> None:
    job = jobs.enqueue("test_add", by=leader, first=1, second=2)
    assert str(job.pk) in client_of(leader).get(reverse("job-list")).content.decode()
