import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import lianfang.platform.migrating


class Migration(migrations.Migration):
    replaces = [("platform", "0001_initial"), ("platform", "0002_initial"), ("platform", "0003_job_task"), ("platform", "0004_job_label"), ("platform", "0005_stop_and_keep_the_best"), ("platform", "0006_tries")]

    initial = True

    dependencies = [
        ("teams", "0001_squashed_0006_staffing_standard"),
    ]

    operations = [
        lianfang.platform.migrating.CreateModels(
            operations=[
                migrations.CreateModel(
                    name="Job",
                    fields=[
                        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ("kind", models.CharField(max_length=60, verbose_name="kind")),
                        ("owner", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="jobs", to=settings.AUTH_USER_MODEL, verbose_name="owner")),
                        ("arguments", models.JSONField(default=dict)),
                        ("label", models.CharField(blank=True, max_length=120)),
                        ("subject", models.CharField(blank=True, db_index=True, max_length=60)),
                        ("status", models.CharField(choices=[("waiting", "waiting"), ("running", "running"), ("done", "done"), ("failed", "failed"), ("cancelled", "cancelled")], default="waiting", max_length=9, verbose_name="status")),
                        ("percent", models.PositiveSmallIntegerField(default=0, verbose_name="progress")),
                        ("facts", models.JSONField(default=dict)),
                        ("result", models.JSONField(default=dict)),
                        ("error", models.CharField(blank=True, max_length=120)),
                        ("cancel_requested", models.BooleanField(default=False)),
                        ("stop_requested", models.BooleanField(default=False)),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("task_id", models.UUIDField(editable=False, null=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                        ("started_at", models.DateTimeField(null=True)),
                        ("finished_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "verbose_name": "job",
                        "verbose_name_plural": "jobs",
                        "ordering": ["-created_at"],
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("status__in", ["waiting", "running", "done", "failed", "cancelled"])), name="job_status_known"),
                            models.CheckConstraint(condition=models.Q(("percent__lte", 100)), name="job_percent_at_most_100"),
                            models.UniqueConstraint(condition=models.Q(("status__in", ("waiting", "running")), models.Q(("subject", ""), _negated=True)), fields=("subject",), name="one_unfinished_job_a_subject"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Tries",
                    fields=[
                        ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                        ("count", models.PositiveIntegerField()),
                        ("ends", models.DateTimeField(db_index=True)),
                    ],
                    options={
                        "verbose_name": "tries in a window",
                        "verbose_name_plural": "tries in windows",
                    },
                ),
            ],
        ),
    ]
