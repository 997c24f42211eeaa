"""Writing an import: one transaction, all or nothing."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianfang.platform.bulk import copy_insert, copy_update, uncollected
from lianfang.platform.history import service
from lianfang.platform.problems import Problem, Refused
from lianfang.platform.workbook import read_workbook
from personnel.models import DutyCertificate, Member, MemberImport
from personnel.roster_workbook.known import Known
from personnel.roster_workbook.plan import ImportPlan, plan_import
from personnel.roster_workbook.rows import CertificatePlan, RowPlan
from personnel.roster_workbook.table import RosterTable, find_table
from personnel.roster_workbook.units import Place, Places
from personnel.services.status import change_status
from teams.models import Unit, User
from teams.policy import Action
from teams.rules.units import nesting_problems
from teams.scope import scope_of

LAST_CODE = 10**12
CHANGED_MEANWHILE = Problem(
    "changed_meanwhile", _("Somebody changed the same people at the same moment. Look at the preview again.")
)
CERTIFICATE_DAYS = frozenset({"valid_from", "valid_until"})


@dataclass(frozen=True)
class ImportResult:
    """How many people an import wrote, and the units it created."""

    new: int
    changed: int
    unchanged: int
    units: list[Unit] = field(default_factory=list)


@uncollected()
def read_roster(data: bytes, mapping: dict[int, str] | None = None) -> RosterTable:
    """The people in a workbook's bytes. Raises `Refused` with one sentence for what is none."""
    return find_table(read_workbook(data)).mapped(mapping or {})


@uncollected()
def plan(table: RosterTable, *, unit: Unit, by: User | None) -> ImportPlan:
    """What importing `table` into `unit` would do, as `by` (None: the system) may do it."""
    today = timezone.localdate()
    members = Member.objects.all() if by is None else Member.objects.manageable_by(by, Action.MEMBER_IMPORT)
    return plan_import(table, places=Places(unit, today), known=Known(members, today), today=today)


@service
def import_members(
    *, by: User | None, table: RosterTable, unit: Unit, create_units: bool = False, expected: str = ""
) -> ImportResult:
    """Write everybody in `table` below `unit`. Raises `Refused` and writes nothing if anything is wrong.

    `create_units` allows units that don't exist yet. `expected` is the fingerprint of the plan that was previewed; a
    plan that has become another one meanwhile is refused.
    """
    _lock_imports()
    if by is not None and not scope_of(by, Action.MEMBER_IMPORT).covers(unit.path):
        raise Refused([Problem("no_right", _("You may not import into this unit."))])
    todo = plan(table, unit=unit, by=by)
    problems = _problems(todo, create_units=create_units, expected=expected)
    if problems:
        raise Refused(problems)
    try:
        with transaction.atomic():
            created = _create_units(todo.missing_units)
            _rehire(todo, by)
            _write(todo, created)
    except IntegrityError:
        raise Refused([CHANGED_MEANWHILE]) from None
    return ImportResult(len(todo.new), len(todo.changed), len(todo.unchanged), list(created.values()))


def _problems(todo: ImportPlan, *, create_units: bool, expected: str) -> list[Problem]:
    if expected and todo.fingerprint() != expected:
        message = _("Somebody changed the same people in the meantime. Look at the preview again.")
        return [Problem("changed_meanwhile", message)]
    mapping = todo.table.mapping_problems()
    if mapping:
        return mapping
    if todo.bad:
        return todo.problems
    if todo.missing_units and not create_units:
        message = _("The unit %(unit)s doesn't exist yet; confirm that it is to be created.")
        return [Problem("unit_missing", message % {"unit": p.label}, field="create_units") for p in todo.missing_units]
    return []


def _lock_imports() -> None:
    """One import at a time: the second sees what the first wrote."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('lianfang.member_import'))")


def _rehire(todo: ImportPlan, by: User | None) -> None:
    again = {row.member.id: row.rehired_on for row in todo.changed if row.rehired_on}
    reason = gettext("A roster workbook says so.")
    for member in Member.objects.filter(pk__in=again):
        day = again[member.pk]
        change_status(by=by, member=member, kind="rehire", on=day, reason=reason, right=Action.MEMBER_IMPORT)


@uncollected()
def _write(todo: ImportPlan, created: dict[Place, Unit]) -> None:
    ids = copy_insert(Member, [_new_file(row, created) for row in todo.new])
    files = Member.objects.in_bulk([row.member.id for row in todo.changed])
    if len(files) < len(todo.changed):
        raise Refused([CHANGED_MEANWHILE])
    changed = [(files[row.member.id], _apply(row, files[row.member.id], created)) for row in todo.changed]
    if copy_update(changed) != sum(bool(names) for _member, names in changed):
        raise Refused([CHANGED_MEANWHILE])  # a row left the scope since the plan was made
    owners = [*zip(todo.new, ids, strict=True), *((row, row.member.id) for row in todo.changed)]
    _write_certificates([(row.certificate, pk) for row, pk in owners if row.certificate and row.certificate.is_news])


def _new_file(row: RowPlan, created: dict[Place, Unit]) -> dict[str, Any]:
    keys = Member.derived(name=row.values["name"])
    return {**row.values, **keys, "id_number_hash": row.id_number_hash, "unit_id": _unit(row, created).id}


def _apply(row: RowPlan, member: Member, created: dict[Place, Unit]) -> frozenset[str]:
    """Put the row's values into its member; answers the fields that differ now."""
    values: dict[str, Any] = {**row.values, "unit": _unit(row, created)}
    if "name" in values:
        values |= Member.derived(name=values["name"])
    changed = frozenset(key for key, value in values.items() if getattr(member, key) != value)
    for key in changed:
        setattr(member, key, values[key])
    return changed


def _unit(row: RowPlan, created: dict[Place, Unit]) -> Unit:
    if row.place is None:
        raise ValueError("a planned row has its place")
    return created[row.place] if row.place.missing else row.place.unit


def _write_certificates(plans: list[tuple[CertificatePlan, int]]) -> None:
    """The certificates that are new, each for the member with that id, and the new days of those that were there."""
    new = [
        {"member_id": pk, "number": c.number, "valid_from": c.valid_from, "valid_until": c.valid_until}
        for c, pk in plans
        if c.existing is None
    ]
    copy_insert(DutyCertificate, new)
    known = DutyCertificate.objects.in_bulk([c.existing.id for c, _pk in plans if c.existing])
    changed = [_with_new_days(known[c.existing.id], c) for c, _pk in plans if c.existing]
    copy_update([(certificate, CERTIFICATE_DAYS) for certificate in changed])


def _with_new_days(certificate: DutyCertificate, said: CertificatePlan) -> DutyCertificate:
    certificate.valid_from = said.valid_from or certificate.valid_from
    certificate.valid_until = said.valid_until or certificate.valid_until
    return certificate


def _create_units(places: list[Place]) -> dict[Place, Unit]:
    """The missing units, each parent before its children."""
    if places:
        with connection.cursor() as cursor:  # the same lock as every change of the unit tree
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('lianfang.unit_tree'))")
    created: dict[Place, Unit] = {}
    for place in places:
        for depth in range(1, len(place.missing) + 1):
            step = Place(place.unit, place.missing[:depth])
            if step not in created:
                above = created.get(Place(place.unit, place.missing[: depth - 1]), place.unit)
                created[step] = _create_unit(above, *place.missing[depth - 1])
    return created


def _create_unit(parent: Unit, kind: str, name: str) -> Unit:
    problems = nesting_problems(kind, parent)
    if len(name) > 80:
        problems.append(Problem("too_long", _("The unit's name is too long: %(name)s") % {"name": name[:40]}))
    if problems:
        raise Refused(problems)
    fresh = Unit.objects.get(pk=parent.pk)  # its place in the tree may have moved since it was read
    unit: Unit = Unit.objects.add_child(fresh, {"code": _free_code(fresh.code), "name": name, "kind": kind})
    return unit


def _free_code(parent_code: str) -> str:
    """The next unit code after the parent's that nobody has."""
    number = int(parent_code) + 1
    taken = set(Unit.objects.filter(code__gt=parent_code).values_list("code", flat=True))
    while f"{number:012d}" in taken:
        number += 1
    return f"{number % LAST_CODE:012d}"


@service
def keep_upload(*, by: User, unit: Unit, file_name: str, data: bytes) -> MemberImport:
    """Keep an uploaded workbook until its owner confirms; older ones of theirs go. Raises `Refused` for no workbook."""
    read_roster(data)
    MemberImport.objects.owned_by(by).delete()
    forget_expired(timezone.now())
    return MemberImport.objects.create(
        owner=by, unit=unit, file_name=file_name[:120], workbook=base64.b64encode(data).decode()
    )


@service
def choose_columns(*, by: User, upload: MemberImport, mapping: dict[str, str]) -> MemberImport:
    """Keep the owner's correction of which column is taken for which field (column index → field)."""
    upload.mapping = mapping
    upload.save(update_fields=["mapping"])
    return upload


@service
def throw_away(*, by: User, upload: MemberImport) -> None:
    """Forget an upload without importing it."""
    upload.delete()


def forget_expired(now: dt.datetime) -> int:
    """Delete the uploads that nobody confirmed within a day. Answers how many."""
    return MemberImport.objects.expired(now).delete()[0]


@service
def confirm_upload(*, by: User, upload: MemberImport, create_units: bool, expected: str) -> ImportResult:
    """Import a kept workbook and forget it. Raises `Refused`, and then keeps it."""
    result = import_members(
        by=by,
        table=read_roster(upload.data, upload.chosen_columns),
        unit=upload.unit,
        create_units=create_units,
        expected=expected,
    )
    upload.delete()
    return result
