"""Rows that every app uses: background jobs as people see them, and what is counted to slow down."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class JobStatus(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class JobQuerySet(models.QuerySet["Job"]):
    def owned_by(self, user: Any) -> JobQuerySet:
        """A job belongs to who asked for it; nobody else sees it."""
        return self.filter(owner=user)

    def unfinished(self) -> JobQuerySet:
        return self.filter(status__in=(JobStatus.WAITING, JobStatus.RUNNING))


class Job(models.Model):
    """One piece of long work: what, for whom, how far, how it ended. Arguments hold ids, never personal data."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=60)  # the registered name of the work
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="jobs",
        null=True,
        verbose_name=_("owner"),
    )
    arguments = models.JSONField(default=dict)
    label = models.CharField(max_length=120, blank=True)  # whose roster, which file: beside the kind's title
    subject = models.CharField(max_length=60, blank=True, db_index=True)  # what it works on, as "roster:12"
    status = models.CharField(_("status"), max_length=9, choices=JobStatus.choices, default=JobStatus.WAITING)
    percent = models.PositiveSmallIntegerField(_("progress"), default=0)
    facts = models.JSONField(default=dict)  # numbers of the moment (best value, bound…), for the progress page
    result = models.JSONField(default=dict)
    error = models.CharField(max_length=120, blank=True)  # class and code, never the text: it may name people
    cancel_requested = models.BooleanField(default=False)
    stop_requested = models.BooleanField(default=False)  # end now with what is best so far
    attempts = models.PositiveSmallIntegerField(default=0)
    task_id = models.UUIDField(null=True, editable=False)  # its row in the queue of django-tasks
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=JobStatus.values), name="job_status_known"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="job_percent_at_most_100"),
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(status__in=("waiting", "running")) & ~Q(subject=""),
                name="one_unfinished_job_a_subject",
            ),
        ]

    @property
    def is_finished(self) -> bool:
        return self.status not in (JobStatus.WAITING, JobStatus.RUNNING)


class Tries(models.Model):
    """How often something was tried in its window, by a keyed hash: enough to slow down, nothing to trace by."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    ends = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("tries in a window")
        verbose_name_plural = _("tries in windows")
