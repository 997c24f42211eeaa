import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import lianfang.platform.migrating


class Migration(migrations.Migration):
    dependencies = [
        ("patrols", "0001_squashed_0006_exceptions_for_single_people"),
        ("personnel", "0001_squashed_0013_field_names"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("teams", "0001_squashed_0006_staffing_standard"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        lianfang.platform.migrating.Together(
            operations=[
                lianfang.platform.migrating.CreateModels(
                    operations=[
                        migrations.CreateModel(
                            name="RosterRule",
                            fields=[
                                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                                ("unit", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="roster_rules", to="teams.unit", verbose_name="squadron")),
                                (
                                    "kind",
                                    models.CharField(
                                        choices=[
                                            ("succession", "shift that may not follow another"),
                                            ("weekends", "weekends on duty"),
                                            ("shift_count", "duties of a shift type"),
                                            ("days_off", "days off in a row"),
                                            ("days_run", "working days in a row"),
                                            ("nights_run", "nights in a row"),
                                            ("training", "share of training"),
                                            ("apart", "not on one post together"),
                                            ("together", "crew that stays together"),
                                            ("wishes", "wishes of members"),
                                        ],
                                        max_length=11,
                                        verbose_name="kind",
                                    ),
                                ),
                                ("group", models.ForeignKey(blank=True, help_text="Empty: for the whole squadron.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.unit", verbose_name="group")),
                                ("people", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, size=None, verbose_name="people")),
                                ("shift_type", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrols.shifttype", verbose_name="shift type")),
                                ("next_shift_type", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrols.shifttype", verbose_name="next shift type")),
                                ("least", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="at least")),
                                ("most", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="at most")),
                                ("percent", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="percent")),
                                ("is_hard", models.BooleanField(default=True, help_text="Otherwise it is kept where it can be: a roster that does not is still published.", verbose_name="must be kept")),
                                ("grounds", models.CharField(blank=True, choices=[("kin", "relatives"), ("conflict", "conflict"), ("other", "other")], max_length=8, verbose_name="grounds")),
                                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                            ],
                            options={
                                "verbose_name": "roster rule",
                                "verbose_name_plural": "roster rules",
                                "ordering": ["unit_id", "kind", "pk"],
                                "constraints": [
                                    models.CheckConstraint(condition=models.Q(("kind__in", ["succession", "weekends", "shift_count", "days_off", "days_run", "nights_run", "training", "apart", "together", "wishes"])), name="rule_kind_known"),
                                    models.CheckConstraint(
                                        condition=models.Q(
                                            models.Q(("is_hard", True), ("kind", "succession"), ("least__isnull", True), ("most__isnull", True), ("next_shift_type__isnull", False), ("percent__isnull", True), ("shift_type__isnull", False), ("grounds", ""), ("people__len", 0), ("reason", "")),
                                            models.Q(("kind", "weekends"), ("most__range", (0, 10)), ("least__isnull", True), ("most__isnull", False), ("next_shift_type__isnull", True), ("percent__isnull", True), ("shift_type__isnull", True), ("grounds", ""), ("people__len", 0), ("reason", "")),
                                            models.Q(("kind", "shift_count"), ("most__range", (0, 62)), ("least__isnull", True), ("most__isnull", False), ("next_shift_type__isnull", True), ("percent__isnull", True), ("shift_type__isnull", False), ("grounds", ""), ("people__len", 0), ("reason", "")),
                                            models.Q(("kind", "days_off"), ("least__range", (2, 7)), ("least__isnull", False), ("most__isnull", True), ("next_shift_type__isnull", True), ("percent__isnull", True), ("shift_type__isnull", True), ("grounds", ""), ("people__len", 0), ("reason", "")),
                                            models.Q(
                                                ("kind", "days_run"),
                                                models.Q(("least__isnull", False), ("most__isnull", False), _connector="OR"),
                                                ("next_shift_type", None),
                                                ("percent", None),
                                                ("shift_type", None),
                                                models.Q(("least", None), ("most", None), ("least__lte", models.F("most")), _connector="OR"),
                                                models.Q(("least", None), ("least__range", (1, 31)), _connector="OR"),
                                                models.Q(("most", None), ("most__range", (1, 31)), _connector="OR"),
                                                ("grounds", ""),
                                                ("people__len", 0),
                                                ("reason", ""),
                                            ),
                                            models.Q(
                                                ("kind", "nights_run"),
                                                models.Q(("least__isnull", False), ("most__isnull", False), _connector="OR"),
                                                ("next_shift_type", None),
                                                ("percent", None),
                                                ("shift_type", None),
                                                models.Q(("least", None), ("most", None), ("least__lte", models.F("most")), _connector="OR"),
                                                models.Q(("least", None), ("least__range", (1, 31)), _connector="OR"),
                                                models.Q(("most", None), ("most__range", (1, 31)), _connector="OR"),
                                                ("grounds", ""),
                                                ("people__len", 0),
                                                ("reason", ""),
                                            ),
                                            models.Q(("is_hard", False), ("kind", "training"), ("percent__range", (1, 99)), ("least__isnull", True), ("most__isnull", True), ("next_shift_type__isnull", True), ("percent__isnull", False), ("shift_type__isnull", True), ("grounds", ""), ("people__len", 0), ("reason", "")),
                                            models.Q(("group", None), ("kind", "apart"), ("people__len__gte", 2), models.Q(("grounds", ""), _negated=True), ("least__isnull", True), ("most__isnull", True), ("next_shift_type__isnull", True), ("percent__isnull", True), ("shift_type__isnull", True)),
                                            models.Q(
                                                ("grounds", ""),
                                                ("kind", "together"),
                                                ("reason", ""),
                                                models.Q(models.Q(("group", None), ("people__len__gte", 2)), models.Q(("group__isnull", False), ("people__len", 0)), _connector="OR"),
                                                ("least__isnull", True),
                                                ("most__isnull", True),
                                                ("next_shift_type__isnull", True),
                                                ("percent__isnull", True),
                                                ("shift_type__isnull", True),
                                            ),
                                            models.Q(
                                                ("group", None),
                                                ("kind", "wishes"),
                                                ("least__range", (0, 31)),
                                                ("most__range", (0, 31)),
                                                ("least__isnull", False),
                                                ("most__isnull", False),
                                                ("next_shift_type__isnull", True),
                                                ("percent__isnull", True),
                                                ("shift_type__isnull", True),
                                                ("grounds", ""),
                                                ("people__len", 0),
                                                ("reason", ""),
                                            ),
                                            _connector="OR",
                                        ),
                                        name="rule_says_what_its_kind_needs",
                                    ),
                                    models.CheckConstraint(condition=models.Q(("grounds", ""), ("grounds__in", ["kin", "conflict", "other"]), _connector="OR"), name="rule_grounds_known"),
                                    models.UniqueConstraint(condition=models.Q(("kind__in", ["succession", "weekends", "shift_count", "days_off", "days_run", "nights_run", "training", "wishes"])), fields=("unit", "kind", "group", "shift_type", "next_shift_type"), name="rule_said_once", nulls_distinct=False),
                                ],
                                "triggers": [
                                    pgtrigger.compiler.Trigger(
                                        name="insert_insert",
                                        sql=pgtrigger.compiler.UpsertTriggerSql(
                                            func='INSERT INTO "patrols_rosterruleevent" ("grounds", "group_id", "id", "is_hard", "kind", "least", "most", "next_shift_type_id", "people", "percent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "shift_type_id", "unit_id") VALUES (NEW."grounds", NEW."group_id", NEW."id", NEW."is_hard", NEW."kind", NEW."least", NEW."most", NEW."next_shift_type_id", NEW."people", NEW."percent", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."shift_type_id", NEW."unit_id"); RETURN NULL;',
                                            hash="f0bba134864ca0750a4f19e4bbe159556ed44967",
                                            operation="INSERT",
                                            pgid="pgtrigger_insert_insert_d7902",
                                            table="patrols_rosterrule",
                                            when="AFTER",
                                        ),
                                    ),
                                    pgtrigger.compiler.Trigger(
                                        name="update_update",
                                        sql=pgtrigger.compiler.UpsertTriggerSql(
                                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                                            func='INSERT INTO "patrols_rosterruleevent" ("grounds", "group_id", "id", "is_hard", "kind", "least", "most", "next_shift_type_id", "people", "percent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "shift_type_id", "unit_id") VALUES (NEW."grounds", NEW."group_id", NEW."id", NEW."is_hard", NEW."kind", NEW."least", NEW."most", NEW."next_shift_type_id", NEW."people", NEW."percent", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."shift_type_id", NEW."unit_id"); RETURN NULL;',
                                            hash="b09911db2e9be9b7c94af6fd65250f8c6b1066af",
                                            operation="UPDATE",
                                            pgid="pgtrigger_update_update_de02e",
                                            table="patrols_rosterrule",
                                            when="AFTER",
                                        ),
                                    ),
                                    pgtrigger.compiler.Trigger(
                                        name="delete_delete",
                                        sql=pgtrigger.compiler.UpsertTriggerSql(
                                            func='INSERT INTO "patrols_rosterruleevent" ("grounds", "group_id", "id", "is_hard", "kind", "least", "most", "next_shift_type_id", "people", "percent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "shift_type_id", "unit_id") VALUES (OLD."grounds", OLD."group_id", OLD."id", OLD."is_hard", OLD."kind", OLD."least", OLD."most", OLD."next_shift_type_id", OLD."people", OLD."percent", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."shift_type_id", OLD."unit_id"); RETURN NULL;',
                                            hash="3201a71b5b645cfeba21f8d61853626789fd9f01",
                                            operation="DELETE",
                                            pgid="pgtrigger_delete_delete_f7941",
                                            table="patrols_rosterrule",
                                            when="AFTER",
                                        ),
                                    ),
                                ],
                            },
                        ),
                        migrations.CreateModel(
                            name="RosterRuleEvent",
                            fields=[
                                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                                ("pgh_label", models.TextField(help_text="The event label.")),
                                ("pgh_obj", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="events", to="patrols.rosterrule")),
                                ("pgh_context", models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="pghistory.context")),
                                ("id", models.BigIntegerField()),
                                ("unit", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", related_query_name="+", to="teams.unit", verbose_name="squadron")),
                                (
                                    "kind",
                                    models.CharField(
                                        choices=[
                                            ("succession", "shift that may not follow another"),
                                            ("weekends", "weekends on duty"),
                                            ("shift_count", "duties of a shift type"),
                                            ("days_off", "days off in a row"),
                                            ("days_run", "working days in a row"),
                                            ("nights_run", "nights in a row"),
                                            ("training", "share of training"),
                                            ("apart", "not on one post together"),
                                            ("together", "crew that stays together"),
                                            ("wishes", "wishes of members"),
                                        ],
                                        max_length=11,
                                        verbose_name="kind",
                                    ),
                                ),
                                ("group", models.ForeignKey(blank=True, db_constraint=False, help_text="Empty: for the whole squadron.", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", related_query_name="+", to="teams.unit", verbose_name="group")),
                                ("people", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, size=None, verbose_name="people")),
                                ("shift_type", models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", related_query_name="+", to="patrols.shifttype", verbose_name="shift type")),
                                ("next_shift_type", models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", related_query_name="+", to="patrols.shifttype", verbose_name="next shift type")),
                                ("least", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="at least")),
                                ("most", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="at most")),
                                ("percent", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="percent")),
                                ("is_hard", models.BooleanField(default=True, help_text="Otherwise it is kept where it can be: a roster that does not is still published.", verbose_name="must be kept")),
                                ("grounds", models.CharField(blank=True, choices=[("kin", "relatives"), ("conflict", "conflict"), ("other", "other")], max_length=8, verbose_name="grounds")),
                                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                            ],
                            options={
                                "abstract": False,
                            },
                        ),
                        migrations.CreateModel(
                            name="Wish",
                            fields=[
                                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                                ("member", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="wishes", to="personnel.member", verbose_name="member")),
                                ("unit", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="teams.unit", verbose_name="unit")),
                                ("day", models.DateField(verbose_name="day")),
                                ("wants", models.BooleanField(default=False, verbose_name="wants to be on duty")),
                                ("shift_type", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="patrols.shifttype", verbose_name="shift type")),
                                ("weight", models.CharField(choices=[("ordinary", "would be nice"), ("important", "important to me")], default="ordinary", max_length=9, verbose_name="weight")),
                                ("note", models.CharField(blank=True, max_length=80, verbose_name="note")),
                                ("asked_at", models.DateTimeField(auto_now_add=True, verbose_name="asked at")),
                                ("declined_at", models.DateTimeField(editable=False, null=True, verbose_name="declined at")),
                                ("declined_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                                ("answer", models.CharField(blank=True, max_length=80, verbose_name="answer")),
                            ],
                            options={
                                "verbose_name": "wish",
                                "verbose_name_plural": "wishes",
                                "ordering": ["day", "member_id"],
                                "constraints": [
                                    models.UniqueConstraint(fields=("member", "day"), name="one_wish_a_day"),
                                    models.CheckConstraint(condition=models.Q(("weight__in", ["ordinary", "important"])), name="wish_weight_known"),
                                    models.CheckConstraint(
                                        condition=models.Q(models.Q(("answer", ""), ("declined_at", None), ("declined_by", None)), models.Q(("declined_at__isnull", False), ("declined_by__isnull", False), models.Q(("answer", ""), _negated=True)), _connector="OR"), name="wish_declined_by_somebody_who_says_why"
                                    ),
                                ],
                                "triggers": [
                                    pgtrigger.compiler.Trigger(
                                        name="insert_insert",
                                        sql=pgtrigger.compiler.UpsertTriggerSql(
                                            func='INSERT INTO "patrols_wishevent" ("answer", "asked_at", "day", "declined_at", "declined_by_id", "id", "member_id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "shift_type_id", "unit_id", "wants", "weight") VALUES (NEW."answer", NEW."asked_at", NEW."day", NEW."declined_at", NEW."declined_by_id", NEW."id", NEW."member_id", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."shift_type_id", NEW."unit_id", NEW."wants", NEW."weight"); RETURN NULL;',
                                            hash="db51da21c25360c2185b743e4dcf5a226b0a0be0",
                                            operation="INSERT",
                                            pgid="pgtrigger_insert_insert_97640",
                                            table="patrols_wish",
                                            when="AFTER",
                                        ),
                                    ),
                                    pgtrigger.compiler.Trigger(
                                        name="update_update",
                                        sql=pgtrigger.compiler.UpsertTriggerSql(
                                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                                            func='INSERT INTO "patrols_wishevent" ("answer", "asked_at", "day", "declined_at", "declined_by_id", "id", "member_id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "shift_type_id", "unit_id", "wants", "weight") VALUES (NEW."answer", NEW."asked_at", NEW."day", NEW."declined_at", NEW."declined_by_id", NEW."id", NEW."member_id", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."shift_type_id", NEW."unit_id", NEW."wants", NEW."weight"); RETURN NULL;',
                                            hash="e64c5b0441bc6ca7b0d08590ff3c0703b4ae9e99",
                                            operation="UPDATE",
                                            pgid="pgtrigger_update_update_ac07a",
                                            table="patrols_wish",
                                            when="AFTER",
                                        ),
                                    ),
                                    pgtrigger.compiler.Trigger(
                                        name="delete_delete",
                                        sql=pgtrigger.compiler.UpsertTriggerSql(
                                            func='INSERT INTO "patrols_wishevent" ("answer", "asked_at", "day", "declined_at", "declined_by_id", "id", "member_id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "shift_type_id", "unit_id", "wants", "weight") VALUES (OLD."answer", OLD."asked_at", OLD."day", OLD."declined_at", OLD."declined_by_id", OLD."id", OLD."member_id", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."shift_type_id", OLD."unit_id", OLD."wants", OLD."weight"); RETURN NULL;',
                                            hash="8d6709b8af6d78500cb3dc50e40d857a74261662",
                                            operation="DELETE",
                                            pgid="pgtrigger_delete_delete_98957",
                                            table="patrols_wish",
                                            when="AFTER",
                                        ),
                                    ),
                                ],
                            },
                        ),
                        migrations.CreateModel(
                            name="WishEvent",
                            fields=[
                                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                                ("pgh_label", models.TextField(help_text="The event label.")),
                                ("pgh_obj", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="events", to="patrols.wish")),
                                ("pgh_context", models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="pghistory.context")),
                                ("id", models.BigIntegerField()),
                                ("member", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", related_query_name="+", to="personnel.member", verbose_name="member")),
                                ("unit", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", related_query_name="+", to="teams.unit", verbose_name="unit")),
                                ("day", models.DateField(verbose_name="day")),
                                ("wants", models.BooleanField(default=False, verbose_name="wants to be on duty")),
                                ("shift_type", models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", related_query_name="+", to="patrols.shifttype", verbose_name="shift type")),
                                ("weight", models.CharField(choices=[("ordinary", "would be nice"), ("important", "important to me")], default="ordinary", max_length=9, verbose_name="weight")),
                                ("note", models.CharField(blank=True, max_length=80, verbose_name="note")),
                                ("asked_at", models.DateTimeField(auto_now_add=True, verbose_name="asked at")),
                                ("declined_at", models.DateTimeField(editable=False, null=True, verbose_name="declined at")),
                                ("declined_by", models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", related_query_name="+", to=settings.AUTH_USER_MODEL)),
                                ("answer", models.CharField(blank=True, max_length=80, verbose_name="answer")),
                            ],
                            options={
                                "abstract": False,
                            },
                        ),
                    ],
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name="duty",
                    name="certificate_on_insert",
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name="duty",
                    name="certificate_on_update",
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name="roster",
                    name="published_roster_sound",
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name="shifttype",
                    name="insert_insert",
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name="shifttype",
                    name="update_update",
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name="shifttype",
                    name="delete_delete",
                ),
                migrations.AddField(
                    model_name="shifttype",
                    name="is_training",
                    field=models.BooleanField(default=False, help_text="Counts as training, not as patrol; also for people without a duty certificate.", verbose_name="training"),
                ),
                migrations.AddField(
                    model_name="shifttypeevent",
                    name="is_training",
                    field=models.BooleanField(default=False, help_text="Counts as training, not as patrol; also for people without a duty certificate.", verbose_name="training"),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="duty",
                    trigger=pgtrigger.compiler.Trigger(
                        name="certificate_on_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n        IF NOT EXISTS (SELECT 1 FROM personnel_dutycertificate c WHERE c.member_id = NEW.member_id\n                       AND NEW.day BETWEEN c.valid_from AND c.valid_until\n                       AND (c.withdrawn_on IS NULL OR c.withdrawn_on > NEW.day))\n           AND NOT EXISTS (SELECT 1 FROM patrols_shifttype s WHERE s.id = NEW.shift_type_id AND s.is_training) THEN\n            RAISE check_violation USING CONSTRAINT = 'duty_needs_certificate',\n                MESSAGE = 'no valid duty certificate on the day';\n        END IF;\n        IF NOT EXISTS (SELECT 1 FROM patrols_roster r WHERE r.id = NEW.roster_id\n                       AND NEW.day BETWEEN r.first_day AND r.last_day) THEN\n            RAISE check_violation USING CONSTRAINT = 'duty_within_roster',\n                MESSAGE = 'the day lies outside the roster';\n        END IF;\n        RETURN NEW;\n    ",
                            hash="42e64f601897b80c4be4b4f984ca2d1fce9ea4c2",
                            operation="INSERT",
                            pgid="pgtrigger_certificate_on_insert_a24af",
                            table="patrols_duty",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="duty",
                    trigger=pgtrigger.compiler.Trigger(
                        name="certificate_on_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n        IF NOT EXISTS (SELECT 1 FROM personnel_dutycertificate c WHERE c.member_id = NEW.member_id\n                       AND NEW.day BETWEEN c.valid_from AND c.valid_until\n                       AND (c.withdrawn_on IS NULL OR c.withdrawn_on > NEW.day))\n           AND NOT EXISTS (SELECT 1 FROM patrols_shifttype s WHERE s.id = NEW.shift_type_id AND s.is_training) THEN\n            RAISE check_violation USING CONSTRAINT = 'duty_needs_certificate',\n                MESSAGE = 'no valid duty certificate on the day';\n        END IF;\n        IF NOT EXISTS (SELECT 1 FROM patrols_roster r WHERE r.id = NEW.roster_id\n                       AND NEW.day BETWEEN r.first_day AND r.last_day) THEN\n            RAISE check_violation USING CONSTRAINT = 'duty_within_roster',\n                MESSAGE = 'the day lies outside the roster';\n        END IF;\n        RETURN NEW;\n    ",
                            hash="3630cea6e2540fff857e17b642083c0c98d6792b",
                            operation='UPDATE OF "member_id", "day", "roster_id", "shift_type_id"',
                            pgid="pgtrigger_certificate_on_update_961e7",
                            table="patrols_duty",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="roster",
                    trigger=pgtrigger.compiler.Trigger(
                        name="published_roster_sound",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (NEW.\"status\" = 'published' AND OLD.\"status\" = 'draft')",
                            func="\n        IF EXISTS (SELECT 1 FROM patrols_duty d WHERE d.roster_id = NEW.id AND d.engagement_id IS NULL) THEN\n            RAISE check_violation USING CONSTRAINT = 'published_duty_holds_time',\n                MESSAGE = 'a duty does not hold its member''s time';\n        END IF;\n        IF EXISTS (SELECT 1 FROM patrols_duty d WHERE d.roster_id = NEW.id AND NOT EXISTS (\n                SELECT 1 FROM personnel_dutycertificate c WHERE c.member_id = d.member_id\n                AND d.day BETWEEN c.valid_from AND c.valid_until\n                AND (c.withdrawn_on IS NULL OR c.withdrawn_on > d.day))\n                AND NOT EXISTS (SELECT 1 FROM patrols_shifttype s WHERE s.id = d.shift_type_id AND s.is_training)) THEN\n            RAISE check_violation USING CONSTRAINT = 'duty_needs_certificate',\n                MESSAGE = 'no valid duty certificate on the day';\n        END IF;\n        RETURN NEW;\n    ",
                            hash="4cb2f7327492490bb2fb64b131c70aa9d1a66964",
                            operation="UPDATE",
                            pgid="pgtrigger_published_roster_sound_6a0c9",
                            table="patrols_roster",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="shifttype",
                    trigger=pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "patrols_shifttypeevent" ("code", "colour", "counting_factor", "id", "is_active", "is_night", "is_training", "key", "minutes", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "starts_at", "unit_id") VALUES (NEW."code", NEW."colour", NEW."counting_factor", NEW."id", NEW."is_active", NEW."is_night", NEW."is_training", NEW."key", NEW."minutes", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."position", NEW."starts_at", NEW."unit_id"); RETURN NULL;',
                            hash="12c7a589261f9632ede5a5efe1aef525a65bd375",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_2f2e2",
                            table="patrols_shifttype",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="shifttype",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "patrols_shifttypeevent" ("code", "colour", "counting_factor", "id", "is_active", "is_night", "is_training", "key", "minutes", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "starts_at", "unit_id") VALUES (NEW."code", NEW."colour", NEW."counting_factor", NEW."id", NEW."is_active", NEW."is_night", NEW."is_training", NEW."key", NEW."minutes", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."position", NEW."starts_at", NEW."unit_id"); RETURN NULL;',
                            hash="6ec1ccb06d41cc9715f5bb76aec808859e85f079",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_6e397",
                            table="patrols_shifttype",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="shifttype",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "patrols_shifttypeevent" ("code", "colour", "counting_factor", "id", "is_active", "is_night", "is_training", "key", "minutes", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "starts_at", "unit_id") VALUES (OLD."code", OLD."colour", OLD."counting_factor", OLD."id", OLD."is_active", OLD."is_night", OLD."is_training", OLD."key", OLD."minutes", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."position", OLD."starts_at", OLD."unit_id"); RETURN NULL;',
                            hash="e037cb58219580f8f8a7258ec6ceb2b29ad4efe8",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_a64e2",
                            table="patrols_shifttype",
                            when="AFTER",
                        ),
                    ),
                ),
            ],
        ),
    ]
