from decimal import Decimal

import django.contrib.auth.validators
import django.contrib.postgres.constraints
import django.contrib.postgres.operations
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import lianfang.platform.migrating
import teams.models.account


class Migration(migrations.Migration):
    replaces = [("teams", "0001_initial"), ("teams", "0002_account_password_time_and_admins_apart"), ("teams", "0003_trail"), ("teams", "0004_names_of_people"), ("teams", "0005_managing_bodies_leaders_figures"), ("teams", "0006_staffing_standard")]

    initial = True

    dependencies = [
        ("axes", "0010_accessattemptexpiration"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        django.contrib.postgres.operations.BtreeGistExtension(),
        lianfang.platform.migrating.CreateModels(
            operations=[
                migrations.CreateModel(
                    name="ManagingBody",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("kind", models.CharField(choices=[("government", "district or county government"), ("town", "street or town"), ("committee", "neighbourhood or village committee")], max_length=12, verbose_name="kind")),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        ("office_name", models.CharField(blank=True, help_text="Its comprehensive-management office.", max_length=60, verbose_name="comprehensive office")),
                        ("parent", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="below", to="teams.managingbody", verbose_name="body above")),
                        ("closed_on", models.DateField(blank=True, null=True, verbose_name="dissolved on")),
                    ],
                    options={
                        "verbose_name": "managing body",
                        "verbose_name_plural": "managing bodies",
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("kind__in", ["government", "town", "committee"])), name="managing_body_kind_known"),
                            models.CheckConstraint(condition=models.Q(models.Q(("kind", "committee"), _negated=True), ("parent__isnull", False), _connector="OR"), name="managing_committee_has_town"),
                            models.CheckConstraint(condition=models.Q(models.Q(("kind", "government"), _negated=True), ("parent__isnull", True), _connector="OR"), name="managing_government_at_top"),
                            models.CheckConstraint(condition=models.Q(("parent", None), models.Q(("parent", models.F("id")), _negated=True), _connector="OR"), name="managing_body_not_above_itself"),
                            models.UniqueConstraint(fields=("parent", "name"), name="managing_body_once", nulls_distinct=False, violation_error_message="There is a body of this name already."),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='INSERT INTO "teams_managingbodyevent" ("closed_on", "id", "kind", "name", "office_name", "parent_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."closed_on", NEW."id", NEW."kind", NEW."name", NEW."office_name", NEW."parent_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;',
                                    hash="779d5c3387a960d25b6125a8850932b0ead73350",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_deeb5",
                                    table="teams_managingbody",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                                    func='INSERT INTO "teams_managingbodyevent" ("closed_on", "id", "kind", "name", "office_name", "parent_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."closed_on", NEW."id", NEW."kind", NEW."name", NEW."office_name", NEW."parent_id", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;',
                                    hash="c3c023d0d7c6b328f8ab2d349257f2be640ca0c3",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_04593",
                                    table="teams_managingbody",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='INSERT INTO "teams_managingbodyevent" ("closed_on", "id", "kind", "name", "office_name", "parent_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."closed_on", OLD."id", OLD."kind", OLD."name", OLD."office_name", OLD."parent_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;',
                                    hash="b160e1f9ea1791b179150cba3501a03f54cf4fe2",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_adf22",
                                    table="teams_managingbody",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ManagingBodyEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_obj", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="events", to="teams.managingbody")),
                        ("pgh_context", models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="pghistory.context")),
                        ("id", models.BigIntegerField()),
                        ("kind", models.CharField(choices=[("government", "district or county government"), ("town", "street or town"), ("committee", "neighbourhood or village committee")], max_length=12, verbose_name="kind")),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        ("office_name", models.CharField(blank=True, help_text="Its comprehensive-management office.", max_length=60, verbose_name="comprehensive office")),
                        ("parent", models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", related_query_name="+", to="teams.managingbody", verbose_name="body above")),
                        ("closed_on", models.DateField(blank=True, null=True, verbose_name="dissolved on")),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Unit",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("path", models.CharField(max_length=255, unique=True)),
                        ("depth", models.PositiveIntegerField()),
                        ("numchild", models.PositiveIntegerField(default=0)),
                        ("code", models.CharField(max_length=12, unique=True, validators=[django.core.validators.RegexValidator("^\\d{12}$", "A unit code has 12 digits.")], verbose_name="unit code")),
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        ("short_name", models.CharField(blank=True, max_length=20, verbose_name="short name")),
                        ("kind", models.CharField(choices=[("district", "district"), ("sub_bureau", "sub-bureau"), ("brigade", "brigade"), ("squadron", "squadron"), ("group", "patrol group"), ("sub_team", "sub-team (village)")], max_length=12, verbose_name="kind")),
                        ("closed_on", models.DateField(blank=True, null=True, verbose_name="closed on")),
                        ("managing_body", models.ForeignKey(blank=True, help_text="The government's line: the street or town, or the committee, whose office manages the unit.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="units", to="teams.managingbody", verbose_name="managing body")),
                        ("guiding_body", models.ForeignKey(blank=True, help_text="The public-security line. Empty: the unit above.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="guided_units", to="teams.unit", verbose_name="guiding body")),
                    ],
                    options={
                        "verbose_name": "unit",
                        "verbose_name_plural": "units",
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("kind__in", ["district", "sub_bureau", "brigade", "squadron", "group", "sub_team"])), name="unit_kind_known"),
                            models.CheckConstraint(condition=models.Q(("code__regex", "^[0-9]{12}$")), name="unit_code_12_digits"),
                            models.CheckConstraint(condition=models.Q(("guiding_body", None), models.Q(("guiding_body", models.F("id")), _negated=True), _connector="OR"), name="unit_not_guided_by_itself"),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='INSERT INTO "teams_unitevent" ("closed_on", "code", "depth", "guiding_body_id", "id", "kind", "managing_body_id", "name", "numchild", "path", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "short_name") VALUES (NEW."closed_on", NEW."code", NEW."depth", NEW."guiding_body_id", NEW."id", NEW."kind", NEW."managing_body_id", NEW."name", NEW."numchild", NEW."path", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."short_name"); RETURN NULL;',
                                    hash="6350a1f4b0e22ac6bc77e3d217556e84d0bd8d62",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_35dba",
                                    table="teams_unit",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                                    func='INSERT INTO "teams_unitevent" ("closed_on", "code", "depth", "guiding_body_id", "id", "kind", "managing_body_id", "name", "numchild", "path", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "short_name") VALUES (NEW."closed_on", NEW."code", NEW."depth", NEW."guiding_body_id", NEW."id", NEW."kind", NEW."managing_body_id", NEW."name", NEW."numchild", NEW."path", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."short_name"); RETURN NULL;',
                                    hash="b6e56dad6393a56247ae45fe02effd00e068f50d",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_b79be",
                                    table="teams_unit",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='INSERT INTO "teams_unitevent" ("closed_on", "code", "depth", "guiding_body_id", "id", "kind", "managing_body_id", "name", "numchild", "path", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "short_name") VALUES (OLD."closed_on", OLD."code", OLD."depth", OLD."guiding_body_id", OLD."id", OLD."kind", OLD."managing_body_id", OLD."name", OLD."numchild", OLD."path", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."short_name"); RETURN NULL;',
                                    hash="cc7497b3e9638412740d7c4c7c419614fbae389b",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_cd4c4",
                                    table="teams_unit",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="UnitEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_obj", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="events", to="teams.unit")),
                        ("pgh_context", models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="pghistory.context")),
                        ("id", models.BigIntegerField()),
                        ("path", models.CharField(max_length=255)),
                        ("depth", models.PositiveIntegerField()),
                        ("numchild", models.PositiveIntegerField(default=0)),
                        ("code", models.CharField(max_length=12, validators=[django.core.validators.RegexValidator("^\\d{12}$", "A unit code has 12 digits.")], verbose_name="unit code")),
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        ("short_name", models.CharField(blank=True, max_length=20, verbose_name="short name")),
                        ("kind", models.CharField(choices=[("district", "district"), ("sub_bureau", "sub-bureau"), ("brigade", "brigade"), ("squadron", "squadron"), ("group", "patrol group"), ("sub_team", "sub-team (village)")], max_length=12, verbose_name="kind")),
                        ("closed_on", models.DateField(blank=True, null=True, verbose_name="closed on")),
                        (
                            "managing_body",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                help_text="The government's line: the street or town, or the committee, whose office manages the unit.",
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                related_query_name="+",
                                to="teams.managingbody",
                                verbose_name="managing body",
                            ),
                        ),
                        ("guiding_body", models.ForeignKey(blank=True, db_constraint=False, help_text="The public-security line. Empty: the unit above.", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", related_query_name="+", to="teams.unit", verbose_name="guiding body")),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="User",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                        ("username", models.CharField(max_length=40, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name="user name")),
                        ("name", models.CharField(max_length=40, verbose_name="full name")),
                        ("is_active", models.BooleanField(default=True, verbose_name="active")),
                        ("must_change_password", models.BooleanField(default=False, verbose_name="must change the password")),
                        ("password_set_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="password set at")),
                        ("is_demonstration", models.BooleanField(default=False, editable=False, verbose_name="demonstration account")),
                        ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                    ],
                    options={
                        "verbose_name": "account",
                        "verbose_name_plural": "accounts",
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='INSERT INTO "teams_userevent" ("created_at", "id", "is_active", "is_demonstration", "must_change_password", "name", "password_set_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "username") VALUES (NEW."created_at", NEW."id", NEW."is_active", NEW."is_demonstration", NEW."must_change_password", NEW."name", NEW."password_set_at", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."username"); RETURN NULL;',
                                    hash="f466347b6a72e56acaa2b09c1c186f478b991711",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_640a3",
                                    table="teams_user",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_demonstration" IS DISTINCT FROM (NEW."is_demonstration") OR OLD."must_change_password" IS DISTINCT FROM (NEW."must_change_password") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."password_set_at" IS DISTINCT FROM (NEW."password_set_at") OR OLD."username" IS DISTINCT FROM (NEW."username"))',
                                    func='INSERT INTO "teams_userevent" ("created_at", "id", "is_active", "is_demonstration", "must_change_password", "name", "password_set_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "username") VALUES (NEW."created_at", NEW."id", NEW."is_active", NEW."is_demonstration", NEW."must_change_password", NEW."name", NEW."password_set_at", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."username"); RETURN NULL;',
                                    hash="835b87a0fac787d3e86dd94c9795167bdcb8e91a",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_5a40a",
                                    table="teams_user",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='INSERT INTO "teams_userevent" ("created_at", "id", "is_active", "is_demonstration", "must_change_password", "name", "password_set_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "username") VALUES (OLD."created_at", OLD."id", OLD."is_active", OLD."is_demonstration", OLD."must_change_password", OLD."name", OLD."password_set_at", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."username"); RETURN NULL;',
                                    hash="6811bc8c22988e298dffd37fc68d62c7406bea1f",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_2c6e6",
                                    table="teams_user",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="UserEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_obj", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="events", to=settings.AUTH_USER_MODEL)),
                        ("pgh_context", models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="pghistory.context")),
                        ("id", models.BigIntegerField()),
                        ("username", models.CharField(max_length=40, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name="user name")),
                        ("name", models.CharField(max_length=40, verbose_name="full name")),
                        ("is_active", models.BooleanField(default=True, verbose_name="active")),
                        ("must_change_password", models.BooleanField(default=False, verbose_name="must change the password")),
                        ("password_set_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="password set at")),
                        ("is_demonstration", models.BooleanField(default=False, editable=False, verbose_name="demonstration account")),
                        ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Post",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="posts", to=settings.AUTH_USER_MODEL, verbose_name="account")),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("leader", "squadron leader"),
                                    ("group_leader", "group leader"),
                                    ("brigade", "brigade staff"),
                                    ("reviewer", "comprehensive-management office"),
                                    ("inspector", "inspector"),
                                    ("officer", "sworn officer"),
                                    ("member", "member"),
                                    ("system_admin", "system administrator"),
                                    ("security_admin", "security administrator"),
                                    ("audit_admin", "audit administrator"),
                                ],
                                max_length=16,
                                verbose_name="role",
                            ),
                        ),
                        ("unit", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="posts", to="teams.unit", verbose_name="unit")),
                        ("starts", models.DateField(default=django.utils.timezone.localdate, verbose_name="from")),
                        ("ends", models.DateField(blank=True, null=True, verbose_name="until")),
                    ],
                    options={
                        "verbose_name": "official post",
                        "verbose_name_plural": "posts",
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("role__in", ["leader", "group_leader", "brigade", "reviewer", "inspector", "officer", "member", "system_admin", "security_admin", "audit_admin"])), name="post_role_known"),
                            models.CheckConstraint(condition=models.Q(("unit__isnull", False), ("role__in", ["audit_admin", "security_admin", "system_admin"]), _connector="OR"), name="post_has_unit"),
                            models.CheckConstraint(condition=models.Q(("ends", None), ("ends__gte", models.F("starts")), _connector="OR"), name="post_ends_after_start"),
                            django.contrib.postgres.constraints.ExclusionConstraint(expressions=[("user", "="), ("role", "="), ("unit", "="), (teams.models.account.PostSpan("starts", "ends"), "&&")], name="post_held_once_at_a_time", violation_error_message="This account already holds this post in that time."),
                            django.contrib.postgres.constraints.ExclusionConstraint(
                                condition=models.Q(("role__in", ["audit_admin", "security_admin", "system_admin"])),
                                expressions=[("user", "="), (teams.models.account.PostSpan("starts", "ends"), "&&")],
                                name="admin_posts_kept_apart",
                                violation_error_message="System, security and audit administrators are three different people.",
                            ),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='INSERT INTO "teams_postevent" ("ends", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "starts", "unit_id", "user_id") VALUES (NEW."ends", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."role", NEW."starts", NEW."unit_id", NEW."user_id"); RETURN NULL;',
                                    hash="756dc760d3dd175ec9a8218f769dade842ef76de",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_7477f",
                                    table="teams_post",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                                    func='INSERT INTO "teams_postevent" ("ends", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "starts", "unit_id", "user_id") VALUES (NEW."ends", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."role", NEW."starts", NEW."unit_id", NEW."user_id"); RETURN NULL;',
                                    hash="33b53f2e2738421854ac2b0a4bba83bdd5dd290d",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_82e95",
                                    table="teams_post",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='INSERT INTO "teams_postevent" ("ends", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "starts", "unit_id", "user_id") VALUES (OLD."ends", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."role", OLD."starts", OLD."unit_id", OLD."user_id"); RETURN NULL;',
                                    hash="eecbbefba0a6349f95e9d763073d54d5c44bfa93",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_60953",
                                    table="teams_post",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PostEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_obj", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="events", to="teams.post")),
                        ("pgh_context", models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="pghistory.context")),
                        ("id", models.BigIntegerField()),
                        ("user", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", related_query_name="+", to=settings.AUTH_USER_MODEL, verbose_name="account")),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("leader", "squadron leader"),
                                    ("group_leader", "group leader"),
                                    ("brigade", "brigade staff"),
                                    ("reviewer", "comprehensive-management office"),
                                    ("inspector", "inspector"),
                                    ("officer", "sworn officer"),
                                    ("member", "member"),
                                    ("system_admin", "system administrator"),
                                    ("security_admin", "security administrator"),
                                    ("audit_admin", "audit administrator"),
                                ],
                                max_length=16,
                                verbose_name="role",
                            ),
                        ),
                        ("unit", models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", related_query_name="+", to="teams.unit", verbose_name="unit")),
                        ("starts", models.DateField(default=django.utils.timezone.localdate, verbose_name="from")),
                        ("ends", models.DateField(blank=True, null=True, verbose_name="until")),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="CalendarDay",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("date", models.DateField(unique=True, verbose_name="date")),
                        ("kind", models.CharField(choices=[("holiday", "statutory holiday"), ("day_off", "day off by the announcement"), ("workday", "make-up workday")], max_length=8, verbose_name="kind")),
                        ("name", models.CharField(blank=True, max_length=40, verbose_name="name")),
                    ],
                    options={
                        "verbose_name": "calendar day",
                        "verbose_name_plural": "work calendar",
                        "ordering": ["date"],
                        "constraints": [models.CheckConstraint(condition=models.Q(("kind__in", ["holiday", "day_off", "workday"])), name="calendar_day_kind_known")],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='INSERT INTO "teams_calendardayevent" ("date", "id", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."date", NEW."id", NEW."kind", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;',
                                    hash="d2ecb865e90c4d458428d3e475831e32a805c1d1",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_09e38",
                                    table="teams_calendarday",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                                    func='INSERT INTO "teams_calendardayevent" ("date", "id", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."date", NEW."id", NEW."kind", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;',
                                    hash="6532e7badab444342cd240931a95da4b5fa0f21a",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_fec31",
                                    table="teams_calendarday",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='INSERT INTO "teams_calendardayevent" ("date", "id", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."date", OLD."id", OLD."kind", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;',
                                    hash="6990e6c31e5429dcba4e556775ac90a6312d2080",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_b0934",
                                    table="teams_calendarday",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CalendarDayEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_obj", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="events", to="teams.calendarday")),
                        ("pgh_context", models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="pghistory.context")),
                        ("id", models.BigIntegerField()),
                        ("date", models.DateField(verbose_name="date")),
                        ("kind", models.CharField(choices=[("holiday", "statutory holiday"), ("day_off", "day off by the announcement"), ("workday", "make-up workday")], max_length=8, verbose_name="kind")),
                        ("name", models.CharField(blank=True, max_length=40, verbose_name="name")),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="YearlyFigures",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("unit", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="yearly_figures", to="teams.unit", verbose_name="unit")),
                        ("year", models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1990), django.core.validators.MaxValueValidator(2100)], verbose_name="year")),
                        ("registered_population", models.PositiveIntegerField(blank=True, null=True, verbose_name="registered population")),
                        ("floating_population", models.PositiveIntegerField(blank=True, null=True, verbose_name="floating population")),
                        ("criminal_cases", models.PositiveIntegerField(blank=True, null=True, verbose_name="criminal cases")),
                        ("security_cases", models.PositiveIntegerField(blank=True, null=True, verbose_name="public-security cases")),
                        ("sworn_police", models.PositiveIntegerField(blank=True, null=True, verbose_name="sworn police officers")),
                    ],
                    options={
                        "verbose_name": "yearly figures",
                        "verbose_name_plural": "yearly figures",
                        "ordering": ["-year"],
                        "constraints": [
                            models.UniqueConstraint(fields=("unit", "year"), name="yearly_figures_once_a_year"),
                            models.CheckConstraint(condition=models.Q(("year__range", (1990, 2100))), name="yearly_figures_year_sensible"),
                            models.CheckConstraint(condition=models.Q(("registered_population__gte", 0)), name="yearly_registered_population_not_negative"),
                            models.CheckConstraint(condition=models.Q(("floating_population__gte", 0)), name="yearly_floating_population_not_negative"),
                            models.CheckConstraint(condition=models.Q(("criminal_cases__gte", 0)), name="yearly_criminal_cases_not_negative"),
                            models.CheckConstraint(condition=models.Q(("security_cases__gte", 0)), name="yearly_security_cases_not_negative"),
                            models.CheckConstraint(condition=models.Q(("sworn_police__gte", 0)), name="yearly_sworn_police_not_negative"),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='INSERT INTO "teams_yearlyfiguresevent" ("criminal_cases", "floating_population", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "registered_population", "security_cases", "sworn_police", "unit_id", "year") VALUES (NEW."criminal_cases", NEW."floating_population", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."registered_population", NEW."security_cases", NEW."sworn_police", NEW."unit_id", NEW."year"); RETURN NULL;',
                                    hash="e9b15973604cc7bfde7c02d88691b72cd6cd8a00",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_8535e",
                                    table="teams_yearlyfigures",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                                    func='INSERT INTO "teams_yearlyfiguresevent" ("criminal_cases", "floating_population", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "registered_population", "security_cases", "sworn_police", "unit_id", "year") VALUES (NEW."criminal_cases", NEW."floating_population", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."registered_population", NEW."security_cases", NEW."sworn_police", NEW."unit_id", NEW."year"); RETURN NULL;',
                                    hash="11f92499a0e3a83a9fceb2fe879599d631f0823e",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_58261",
                                    table="teams_yearlyfigures",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='INSERT INTO "teams_yearlyfiguresevent" ("criminal_cases", "floating_population", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "registered_population", "security_cases", "sworn_police", "unit_id", "year") VALUES (OLD."criminal_cases", OLD."floating_population", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."registered_population", OLD."security_cases", OLD."sworn_police", OLD."unit_id", OLD."year"); RETURN NULL;',
                                    hash="3ba812e455e2de13fa22aff33516695cd783ff81",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_43636",
                                    table="teams_yearlyfigures",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="YearlyFiguresEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_obj", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="events", to="teams.yearlyfigures")),
                        ("pgh_context", models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="pghistory.context")),
                        ("id", models.BigIntegerField()),
                        ("unit", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", related_query_name="+", to="teams.unit", verbose_name="unit")),
                        ("year", models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1990), django.core.validators.MaxValueValidator(2100)], verbose_name="year")),
                        ("registered_population", models.PositiveIntegerField(blank=True, null=True, verbose_name="registered population")),
                        ("floating_population", models.PositiveIntegerField(blank=True, null=True, verbose_name="floating population")),
                        ("criminal_cases", models.PositiveIntegerField(blank=True, null=True, verbose_name="criminal cases")),
                        ("security_cases", models.PositiveIntegerField(blank=True, null=True, verbose_name="public-security cases")),
                        ("sworn_police", models.PositiveIntegerField(blank=True, null=True, verbose_name="sworn police officers")),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="UnitLeader",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("unit", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="leaders", to="teams.unit", verbose_name="unit")),
                        ("line", models.CharField(choices=[("government", "government line"), ("police", "public-security line")], max_length=10, verbose_name="line")),
                        ("name", models.CharField(max_length=40, verbose_name="name")),
                        ("title", models.CharField(help_text="For example: deputy chief of the station, in charge of patrol.", max_length=60, verbose_name="title")),
                        ("starts", models.DateField(default=django.utils.timezone.localdate, verbose_name="from")),
                        ("ends", models.DateField(blank=True, help_text="The last day counts. Empty: in office.", null=True, verbose_name="until")),
                    ],
                    options={
                        "verbose_name": "leader of a unit",
                        "verbose_name_plural": "leaders of units",
                        "ordering": ["-starts", "pk"],
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("line__in", ["government", "police"])), name="unit_leader_line_known"),
                            models.CheckConstraint(condition=models.Q(("ends", None), ("ends__gte", models.F("starts")), _connector="OR"), name="unit_leader_ends_after_start", violation_error_message="The last day lies before the first."),
                            django.contrib.postgres.constraints.ExclusionConstraint(expressions=[("unit", "="), ("line", "="), ("name", "="), (teams.models.account.PostSpan("starts", "ends"), "&&")], name="unit_leader_once_at_a_time", violation_error_message="This leader is already entered for that time."),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='INSERT INTO "teams_unitleaderevent" ("ends", "id", "line", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts", "title", "unit_id") VALUES (NEW."ends", NEW."id", NEW."line", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."starts", NEW."title", NEW."unit_id"); RETURN NULL;',
                                    hash="8de0b832e29653591760a321a558ab81e148e250",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_89ba0",
                                    table="teams_unitleader",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                                    func='INSERT INTO "teams_unitleaderevent" ("ends", "id", "line", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts", "title", "unit_id") VALUES (NEW."ends", NEW."id", NEW."line", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."starts", NEW."title", NEW."unit_id"); RETURN NULL;',
                                    hash="c83f2748bb7ab5ba6fa8b73eb38d49a964d6d9cc",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_91a61",
                                    table="teams_unitleader",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='INSERT INTO "teams_unitleaderevent" ("ends", "id", "line", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts", "title", "unit_id") VALUES (OLD."ends", OLD."id", OLD."line", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."starts", OLD."title", OLD."unit_id"); RETURN NULL;',
                                    hash="fdc3ca35df6ae7eca59f62035967acca3ca0a8cc",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_af311",
                                    table="teams_unitleader",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="UnitLeaderEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_obj", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="events", to="teams.unitleader")),
                        ("pgh_context", models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="pghistory.context")),
                        ("id", models.BigIntegerField()),
                        ("unit", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", related_query_name="+", to="teams.unit", verbose_name="unit")),
                        ("line", models.CharField(choices=[("government", "government line"), ("police", "public-security line")], max_length=10, verbose_name="line")),
                        ("name", models.CharField(max_length=40, verbose_name="name")),
                        ("title", models.CharField(help_text="For example: deputy chief of the station, in charge of patrol.", max_length=60, verbose_name="title")),
                        ("starts", models.DateField(default=django.utils.timezone.localdate, verbose_name="from")),
                        ("ends", models.DateField(blank=True, help_text="The last day counts. Empty: in office.", null=True, verbose_name="until")),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="StaffingStandard",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("unit", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="staffing_standards", to="teams.unit", verbose_name="unit")),
                        ("year", models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1990), django.core.validators.MaxValueValidator(2100)], verbose_name="year")),
                        ("kind", models.CharField(choices=[("residents", "per 10,000 residents"), ("composite", "by population and cases")], default="residents", max_length=10, verbose_name="standard")),
                        ("per_10000", models.DecimalField(decimal_places=3, default=Decimal("5"), max_digits=6, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name="members per 10,000 residents")),
                        ("per_registered", models.DecimalField(decimal_places=3, default=Decimal("1"), max_digits=6, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name="‰ of the registered population")),
                        ("per_floating", models.DecimalField(decimal_places=3, default=Decimal("0"), max_digits=6, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name="‰ of the floating population")),
                        ("per_cases", models.DecimalField(decimal_places=3, default=Decimal("3"), max_digits=6, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name="‰ of criminal and security cases")),
                        ("floor", models.CharField(choices=[("none", "no floor"), ("county", "county: at least 100"), ("town", "town: at least 10"), ("village", "village: at least 5")], default="none", max_length=8, verbose_name="floor")),
                        ("required", models.PositiveIntegerField(verbose_name="approved headcount")),
                        ("approved_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="approved by")),
                        ("approved_at", models.DateTimeField(auto_now=True, verbose_name="approved at")),
                    ],
                    options={
                        "verbose_name": "staffing standard",
                        "verbose_name_plural": "staffing standards",
                        "ordering": ["-year"],
                        "constraints": [
                            models.UniqueConstraint(fields=("unit", "year"), name="staffing_standard_once_a_year"),
                            models.CheckConstraint(condition=models.Q(("kind__in", ["residents", "composite"])), name="staffing_standard_kind_known"),
                            models.CheckConstraint(condition=models.Q(("floor__in", ["none", "county", "town", "village"])), name="staffing_standard_floor_known"),
                            models.CheckConstraint(condition=models.Q(("per_10000__gte", 0), ("per_cases__gte", 0), ("per_floating__gte", 0), ("per_registered__gte", 0)), name="staffing_standard_rates_not_negative"),
                        ],
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='INSERT INTO "teams_staffingstandardevent" ("approved_at", "approved_by_id", "floor", "id", "kind", "per_10000", "per_cases", "per_floating", "per_registered", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "required", "unit_id", "year") VALUES (NEW."approved_at", NEW."approved_by_id", NEW."floor", NEW."id", NEW."kind", NEW."per_10000", NEW."per_cases", NEW."per_floating", NEW."per_registered", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."required", NEW."unit_id", NEW."year"); RETURN NULL;',
                                    hash="626a0eb193e2559c8e28c849ef69a8315ea686c0",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_ed146",
                                    table="teams_staffingstandard",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                                    func='INSERT INTO "teams_staffingstandardevent" ("approved_at", "approved_by_id", "floor", "id", "kind", "per_10000", "per_cases", "per_floating", "per_registered", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "required", "unit_id", "year") VALUES (NEW."approved_at", NEW."approved_by_id", NEW."floor", NEW."id", NEW."kind", NEW."per_10000", NEW."per_cases", NEW."per_floating", NEW."per_registered", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."required", NEW."unit_id", NEW."year"); RETURN NULL;',
                                    hash="949d3371c50595c3434105cc6a456b3e6431626e",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_fc845",
                                    table="teams_staffingstandard",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='INSERT INTO "teams_staffingstandardevent" ("approved_at", "approved_by_id", "floor", "id", "kind", "per_10000", "per_cases", "per_floating", "per_registered", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "required", "unit_id", "year") VALUES (OLD."approved_at", OLD."approved_by_id", OLD."floor", OLD."id", OLD."kind", OLD."per_10000", OLD."per_cases", OLD."per_floating", OLD."per_registered", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."required", OLD."unit_id", OLD."year"); RETURN NULL;',
                                    hash="a13851effd99587ad7b99854b7cea3a3778978a7",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_488bd",
                                    table="teams_staffingstandard",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StaffingStandardEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_obj", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="events", to="teams.staffingstandard")),
                        ("pgh_context", models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="pghistory.context")),
                        ("id", models.BigIntegerField()),
                        ("unit", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", related_query_name="+", to="teams.unit", verbose_name="unit")),
                        ("year", models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1990), django.core.validators.MaxValueValidator(2100)], verbose_name="year")),
                        ("kind", models.CharField(choices=[("residents", "per 10,000 residents"), ("composite", "by population and cases")], default="residents", max_length=10, verbose_name="standard")),
                        ("per_10000", models.DecimalField(decimal_places=3, default=Decimal("5"), max_digits=6, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name="members per 10,000 residents")),
                        ("per_registered", models.DecimalField(decimal_places=3, default=Decimal("1"), max_digits=6, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name="‰ of the registered population")),
                        ("per_floating", models.DecimalField(decimal_places=3, default=Decimal("0"), max_digits=6, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name="‰ of the floating population")),
                        ("per_cases", models.DecimalField(decimal_places=3, default=Decimal("3"), max_digits=6, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)], verbose_name="‰ of criminal and security cases")),
                        ("floor", models.CharField(choices=[("none", "no floor"), ("county", "county: at least 100"), ("town", "town: at least 10"), ("village", "village: at least 5")], default="none", max_length=8, verbose_name="floor")),
                        ("required", models.PositiveIntegerField(verbose_name="approved headcount")),
                        ("approved_by", models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", related_query_name="+", to=settings.AUTH_USER_MODEL, verbose_name="approved by")),
                        ("approved_at", models.DateTimeField(auto_now=True, verbose_name="approved at")),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="FailedSignIn",
                    fields=[],
                    options={
                        "verbose_name": "failed sign-in",
                        "verbose_name_plural": "failed sign-ins and lock-outs",
                        "proxy": True,
                        "triggers": [
                            pgtrigger.compiler.Trigger(
                                name="insert_insert",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='INSERT INTO "teams_failedsigninevent" ("failures_since_start", "ip_address", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "username") VALUES (NEW."failures_since_start", NEW."ip_address", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."username"); RETURN NULL;',
                                    hash="534bec576780723fb73edcfdc0fe681443fec78f",
                                    operation="INSERT",
                                    pgid="pgtrigger_insert_insert_655b3",
                                    table="axes_accessattempt",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="update_update",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    condition='WHEN (OLD."failures_since_start" IS DISTINCT FROM (NEW."failures_since_start") OR OLD."ip_address" IS DISTINCT FROM (NEW."ip_address") OR OLD."username" IS DISTINCT FROM (NEW."username"))',
                                    func='INSERT INTO "teams_failedsigninevent" ("failures_since_start", "ip_address", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "username") VALUES (NEW."failures_since_start", NEW."ip_address", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."username"); RETURN NULL;',
                                    hash="e8cde2320899f781d09b1e49c5fa4c25be522380",
                                    operation="UPDATE",
                                    pgid="pgtrigger_update_update_e7c16",
                                    table="axes_accessattempt",
                                    when="AFTER",
                                ),
                            ),
                            pgtrigger.compiler.Trigger(
                                name="delete_delete",
                                sql=pgtrigger.compiler.UpsertTriggerSql(
                                    func='INSERT INTO "teams_failedsigninevent" ("failures_since_start", "ip_address", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "username") VALUES (OLD."failures_since_start", OLD."ip_address", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."username"); RETURN NULL;',
                                    hash="db1eb90b6db1c8b7fbfb39f7e950416a7bc80be1",
                                    operation="DELETE",
                                    pgid="pgtrigger_delete_delete_60967",
                                    table="axes_accessattempt",
                                    when="AFTER",
                                ),
                            ),
                        ],
                    },
                    bases=("axes.accessattempt",),
                ),
                migrations.CreateModel(
                    name="FailedSignInEvent",
                    fields=[
                        ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                        ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                        ("pgh_label", models.TextField(help_text="The event label.")),
                        ("pgh_obj", models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="username_ip_address_failures_since_start_events", to="teams.failedsignin")),
                        ("pgh_context", models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="pghistory.context")),
                        ("username", models.CharField(max_length=255, null=True, verbose_name="Username")),
                        ("ip_address", models.GenericIPAddressField(null=True, verbose_name="IP Address")),
                        ("failures_since_start", models.PositiveIntegerField(verbose_name="Failed Logins")),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="SignIn",
                    fields=[],
                    options={
                        "verbose_name": "successful sign-in",
                        "verbose_name_plural": "successful sign-ins",
                        "proxy": True,
                    },
                    bases=("axes.accesslog",),
                ),
                migrations.CreateModel(
                    name="HistoryEntry",
                    fields=[],
                    options={
                        "verbose_name": "audit trail",
                        "verbose_name_plural": "audit trail",
                        "proxy": True,
                    },
                    bases=("pghistory.context",),
                ),
            ],
        ),
    ]
