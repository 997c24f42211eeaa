import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import lianfang.platform.migrating


class Migration(migrations.Migration):
    dependencies = [
        ("patrols", "0008_rules_bind_from_a_day"),
        ("personnel", "0001_squashed_0013_field_names"),
        ("teams", "0001_squashed_0006_staffing_standard"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        lianfang.platform.migrating.Together(
            operations=[
                pgtrigger.migrations.RemoveTrigger(
                    model_name="wish",
                    name="insert_insert",
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name="wish",
                    name="update_update",
                ),
                pgtrigger.migrations.RemoveTrigger(
                    model_name="wish",
                    name="delete_delete",
                ),
                migrations.AddField(
                    model_name="wish",
                    name="entered_by",
                    field=models.ForeignKey(
                        editable=False,
                        help_text="The leader who entered it for the member; empty: the member.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="entered by",
                    ),
                ),
                migrations.AddField(
                    model_name="wish",
                    name="is_late",
                    field=models.BooleanField(default=False, editable=False, verbose_name="entered after the deadline"),
                ),
                migrations.AddField(
                    model_name="wishevent",
                    name="entered_by",
                    field=models.ForeignKey(
                        db_constraint=False,
                        editable=False,
                        help_text="The leader who entered it for the member; empty: the member.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="entered by",
                    ),
                ),
                migrations.AddField(
                    model_name="wishevent",
                    name="is_late",
                    field=models.BooleanField(default=False, editable=False, verbose_name="entered after the deadline"),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="wish",
                    trigger=pgtrigger.compiler.Trigger(
                        name="insert_insert",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "patrols_wishevent" ("answer", "asked_at", "day", "declined_at", "declined_by_id", "entered_by_id", "id", "is_late", "member_id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "shift_type_id", "unit_id", "wants", "weight") VALUES (NEW."answer", NEW."asked_at", NEW."day", NEW."declined_at", NEW."declined_by_id", NEW."entered_by_id", NEW."id", NEW."is_late", NEW."member_id", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."shift_type_id", NEW."unit_id", NEW."wants", NEW."weight"); RETURN NULL;',
                            hash="e877f6502bd87f87d4104ba8c3ebe28b185f0640",
                            operation="INSERT",
                            pgid="pgtrigger_insert_insert_97640",
                            table="patrols_wish",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="wish",
                    trigger=pgtrigger.compiler.Trigger(
                        name="update_update",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                            func='INSERT INTO "patrols_wishevent" ("answer", "asked_at", "day", "declined_at", "declined_by_id", "entered_by_id", "id", "is_late", "member_id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "shift_type_id", "unit_id", "wants", "weight") VALUES (NEW."answer", NEW."asked_at", NEW."day", NEW."declined_at", NEW."declined_by_id", NEW."entered_by_id", NEW."id", NEW."is_late", NEW."member_id", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."shift_type_id", NEW."unit_id", NEW."wants", NEW."weight"); RETURN NULL;',
                            hash="d896284b8e53d130c908d7bac8d9b6ca2afc7e94",
                            operation="UPDATE",
                            pgid="pgtrigger_update_update_ac07a",
                            table="patrols_wish",
                            when="AFTER",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="wish",
                    trigger=pgtrigger.compiler.Trigger(
                        name="delete_delete",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func='INSERT INTO "patrols_wishevent" ("answer", "asked_at", "day", "declined_at", "declined_by_id", "entered_by_id", "id", "is_late", "member_id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "shift_type_id", "unit_id", "wants", "weight") VALUES (OLD."answer", OLD."asked_at", OLD."day", OLD."declined_at", OLD."declined_by_id", OLD."entered_by_id", OLD."id", OLD."is_late", OLD."member_id", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."shift_type_id", OLD."unit_id", OLD."wants", OLD."weight"); RETURN NULL;',
                            hash="f769526713c0f8938bc225964e85824f18a7e812",
                            operation="DELETE",
                            pgid="pgtrigger_delete_delete_98957",
                            table="patrols_wish",
                            when="AFTER",
                        ),
                    ),
                ),
                migrations.AddConstraint(
                    model_name="wish",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("is_late", False), ("entered_by__isnull", False), _connector="OR"),
                        name="wish_late_by_leaders_alone",
                    ),
                ),
            ]
        )
    ]
