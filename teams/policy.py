"""Who may do what: one table, role × action → reach. Nothing else in the project grants anything.

A role comes from a post, a post belongs to a unit and to a span of dates, and the reach says how far from that unit
an action carries. Source: the handbook's table "Who uses it".
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    LEADER = "leader", _("squadron leader")
    GROUP_LEADER = "group_leader", _("group leader")
    BRIGADE = "brigade", _("brigade staff")
    REVIEWER = "reviewer", _("comprehensive-management office")
    INSPECTOR = "inspector", _("inspector")
    OFFICER = "officer", _("sworn officer")
    MEMBER = "member", _("member")
    SYSTEM_ADMIN = "system_admin", _("system administrator")
    SECURITY_ADMIN = "security_admin", _("security administrator")
    AUDIT_ADMIN = "audit_admin", _("audit administrator")


ADMIN_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


class Action(models.TextChoices):
    UNIT_VIEW = "unit_view", _("see units")
    UNIT_MANAGE = "unit_manage", _("set up units")
    UNIT_RECORD_MANAGE = "unit_record_manage", _("keep a unit's leaders and yearly figures")
    ACCOUNT_MANAGE = "account_manage", _("hand out accounts and posts")
    CALENDAR_MANAGE = "calendar_manage", _("keep the work calendar")
    LOCKOUT_MANAGE = "lockout_manage", _("lift lock-outs")
    HISTORY_VIEW = "history_view", _("read the audit trail")
    MEMBER_VIEW = "member_view", _("see member files")
    MEMBER_MANAGE = "member_manage", _("change member files")
    MEMBER_IMPORT = "member_import", _("import roster workbooks")
    ID_NUMBER_READ = "id_number_read", _("read a whole ID number, with a reason")
    QUOTA_VIEW = "quota_view", _("see the staffing standard and the strength against it")
    QUOTA_MANAGE = "quota_manage", _("set the yearly staffing standard")
    RECRUITMENT_VIEW = "recruitment_view", _("see recruitment and the headcount quota")
    RECRUITMENT_MANAGE = "recruitment_manage", _("run recruitment campaigns")
    RECRUITMENT_APPROVE = "recruitment_approve", _("approve recruitment campaigns")
    VETTING_MANAGE = "vetting_manage", _("keep political vettings")
    COVER_VIEW = "cover_view", _("see beats, shift types and cover")
    COVER_MANAGE = "cover_manage", _("set beats, shift types and cover")
    OFFICER_MANAGE = "officer_manage", _("keep the register of sworn officers")
    LIMITS_MANAGE = "limits_manage", _("set working-time limits")
    ROSTER_RULE_MANAGE = "roster_rule_manage", _("set the squadron's own roster rules")
    ROSTER_VIEW = "roster_view", _("see rosters")
    ROSTER_EDIT = "roster_edit", _("make rosters")
    ROSTER_PUBLISH = "roster_publish", _("publish rosters")
    ROSTER_GENERATE_ALL = "roster_generate_all", _("generate the rosters of all squadrons")


class Reach(models.TextChoices):
    SELF = "self", _("own file only")
    TREE = "tree", _("the post's unit and all below it")
    ALL = "all", _("everything")


_SELF, _TREE, _ALL = Reach.SELF, Reach.TREE, Reach.ALL

POLICY: dict[Role, dict[Action, Reach]] = {
    Role.LEADER: {
        Action.UNIT_VIEW: _TREE,
        Action.UNIT_RECORD_MANAGE: _TREE,
        Action.MEMBER_VIEW: _TREE,
        Action.MEMBER_MANAGE: _TREE,
        Action.MEMBER_IMPORT: _TREE,
        Action.ID_NUMBER_READ: _TREE,
        Action.QUOTA_VIEW: _TREE,
        Action.RECRUITMENT_VIEW: _TREE,
        Action.RECRUITMENT_MANAGE: _TREE,
        Action.VETTING_MANAGE: _TREE,
        Action.COVER_VIEW: _TREE,
        Action.COVER_MANAGE: _TREE,
        Action.OFFICER_MANAGE: _TREE,
        Action.ROSTER_RULE_MANAGE: _TREE,
        Action.ROSTER_VIEW: _TREE,
        Action.ROSTER_EDIT: _TREE,
        Action.ROSTER_PUBLISH: _TREE,
    },
    Role.GROUP_LEADER: {
        Action.UNIT_VIEW: _TREE,
        Action.MEMBER_VIEW: _TREE,
        Action.ROSTER_VIEW: _TREE,
    },
    Role.BRIGADE: {
        Action.UNIT_VIEW: _TREE,
        Action.UNIT_RECORD_MANAGE: _TREE,
        Action.MEMBER_VIEW: _TREE,
        Action.MEMBER_IMPORT: _TREE,
        Action.ID_NUMBER_READ: _TREE,
        Action.QUOTA_VIEW: _TREE,
        Action.QUOTA_MANAGE: _TREE,
        Action.RECRUITMENT_VIEW: _TREE,
        Action.RECRUITMENT_MANAGE: _TREE,
        Action.RECRUITMENT_APPROVE: _TREE,
        Action.VETTING_MANAGE: _TREE,
        Action.COVER_VIEW: _TREE,
        Action.OFFICER_MANAGE: _TREE,
        Action.LIMITS_MANAGE: _TREE,
        Action.ROSTER_VIEW: _TREE,
        Action.ROSTER_GENERATE_ALL: _TREE,
    },
    Role.REVIEWER: {Action.UNIT_VIEW: _TREE, Action.QUOTA_VIEW: _TREE},
    Role.INSPECTOR: {Action.UNIT_VIEW: _TREE, Action.COVER_VIEW: _TREE, Action.ROSTER_VIEW: _TREE},
    Role.OFFICER: {Action.UNIT_VIEW: _TREE, Action.COVER_VIEW: _TREE, Action.ROSTER_VIEW: _TREE},
    Role.MEMBER: {Action.MEMBER_VIEW: _SELF, Action.ROSTER_VIEW: _SELF},
    Role.SYSTEM_ADMIN: {
        Action.UNIT_VIEW: _ALL,
        Action.UNIT_MANAGE: _ALL,
        Action.ACCOUNT_MANAGE: _ALL,
        Action.CALENDAR_MANAGE: _ALL,
    },
    Role.SECURITY_ADMIN: {Action.UNIT_VIEW: _ALL, Action.LOCKOUT_MANAGE: _ALL},
    Role.AUDIT_ADMIN: {Action.UNIT_VIEW: _ALL, Action.HISTORY_VIEW: _ALL},
}


def reach(role: str, action: Action) -> Reach | None:
    """How far `role` carries `action`, or None where it doesn't."""
    return POLICY[Role(role)].get(action)


def roles_with(action: Action) -> frozenset[Role]:
    """The roles whose posts grant `action` at all."""
    return frozenset(role for role, actions in POLICY.items() if action in actions)
