import datetime

import django.contrib.postgres.constraints
import django.db.models.functions.comparison
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import lianfang.platform.migrating
import patrols.models.roster


# A rule that stood already binds from the day on which it was entered: rosters made before were not held to it.
ENTERED_ON = """
UPDATE patrols_rosterrule r SET binds_from = coalesce((SELECT (min(e.pgh_created_at) AT TIME ZONE 'Asia/Shanghai')::date
  FROM patrols_rosterruleevent e WHERE e.pgh_obj_id = r.id AND e.pgh_label = 'insert'), r.binds_from);
UPDATE patrols_rosterruleevent e SET binds_from = coalesce((SELECT (min(f.pgh_created_at) AT TIME ZONE 'Asia/Shanghai')::date
  FROM patrols_rosterruleevent f WHERE f.pgh_obj_id = e.pgh_obj_id AND f.pgh_label = 'insert'), e.binds_from);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("patrols", "0007_squadron_rules_and_wishes"),
        ("teams", "0001_squashed_0006_staffing_standard"),
    ]

    operations = [
        lianfang.platform.migrating.Together(
            operations=[
                pgtrigger.migrations.RemoveTrigger(
                    model_name="rosterrule",
                    name="insert_insert",
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name="rosterrule",
                    name="update_update",
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name="rosterrule",
                    name="delete_delete",
                ),
                migrations.RemoveConstraint(
                    model_name="rosterrule",
                    name="rule_said_once",
                ),
                migrations.AddField(
                    model_name="rosterrule",
                    name="binds_from",
                    field=models.DateField(default=datetime.date(2000, 1, 1), verbose_name="binds from"),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name="rosterrule",
                    name="binds_until",
                    field=models.DateField(blank=True, editable=False, null=True, verbose_name="binds until"),
                ),
                migrations.AddField(
                    model_name="rosterruleevent",
                    name="binds_from",
                    field=models.DateField(default=datetime.date(2000, 1, 1), verbose_name="binds from"),
                    preserve_default=False,
                ),
                migrations.AddField(
                    model_name="rosterruleevent",
                    name="binds_until",
                    field=models.DateField(blank=True, editable=False, null=True, verbose_name="binds until"),
                ),
                migrations.RunSQL(ENTERED_ON, migrations.RunSQL.noop),
                pgtrigger.migrations.AddTrigger(
                    model_name="rosterrule",
                    trigger=pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "patrols_rosterruleevent" ("binds_from", "binds_until", "grounds", "group_id", "id", "is_hard", "kind", "least", "most", "next_shift_type_id", "people", "percent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "shift_type_id", "unit_id") VALUES (NEW."binds_from", NEW."binds_until", NEW."grounds", NEW."group_id", NEW."id", NEW."is_hard", NEW."kind", NEW."least", NEW."most", NEW."next_shift_type_id", NEW."people", NEW."percent", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."shift_type_id", NEW."unit_id"); RETURN NULL;',
                            hash="d80cc6807727037d88aeccfd7fb991d11774ddb5",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_d7902",
                            table="patrols_rosterrule",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="rosterrule",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "patrols_rosterruleevent" ("binds_from", "binds_until", "grounds", "group_id", "id", "is_hard", "kind", "least", "most", "next_shift_type_id", "people", "percent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "shift_type_id", "unit_id") VALUES (NEW."binds_from", NEW."binds_until", NEW."grounds", NEW."group_id", NEW."id", NEW."is_hard", NEW."kind", NEW."least", NEW."most", NEW."next_shift_type_id", NEW."people", NEW."percent", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."shift_type_id", NEW."unit_id"); RETURN NULL;',
                            hash="4a776b5694327c6bab02d789e100daccd4d1359b",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_de02e",
                            table="patrols_rosterrule",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="rosterrule",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "patrols_rosterruleevent" ("binds_from", "binds_until", "grounds", "group_id", "id", "is_hard", "kind", "least", "most", "next_shift_type_id", "people", "percent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "shift_type_id", "unit_id") VALUES (OLD."binds_from", OLD."binds_until", OLD."grounds", OLD."group_id", OLD."id", OLD."is_hard", OLD."kind", OLD."least", OLD."most", OLD."next_shift_type_id", OLD."people", OLD."percent", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."shift_type_id", OLD."unit_id"); RETURN NULL;',
                            hash="eebde3e4d6fcc6559801119402e4c481f49545c0",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_f7941",
                            table="patrols_rosterrule",
                            when="AFTER",
                        ),
                    ),
                ),
                migrations.AddConstraint(
                    model_name="rosterrule",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("binds_until", None), ("binds_until__gte", models.F("binds_from")), _connector="OR"
                        ),
                        name="rule_ends_after_start",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="rosterrule",
                    constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "succession",
                                    "weekends",
                                    "shift_count",
                                    "days_off",
                                    "days_run",
                                    "nights_run",
                                    "training",
                                    "wishes",
                                ],
                            )
                        ),
                        expressions=[
                            ("unit", "="),
                            ("kind", "="),
                            (django.db.models.functions.comparison.Coalesce("group", 0), "="),
                            (django.db.models.functions.comparison.Coalesce("shift_type", 0), "="),
                            (django.db.models.functions.comparison.Coalesce("next_shift_type", 0), "="),
                            (patrols.models.roster.DaySpan("binds_from", "binds_until"), "&&"),
                        ],
                        name="rule_said_once",
                    ),
                ),
            ]
        )
    ]
