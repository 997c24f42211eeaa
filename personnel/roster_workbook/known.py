"""Who is there already: the members that an import may change, and whether others hold a number that it brings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from lianfang.platform.fields import lookup_hashes
from personnel.models import DutyCertificate, StatusChange, StatusChangeKind
from personnel.models.member import MemberQuerySet
from personnel.models.status import EXITS
from personnel.roster_workbook.rows import CertificatePlan, RowPlan
from personnel.rules.members import taken
from teams.models import Unit

# What an import may change or must compare; the rest of a file is not even read.
MEMBER_FIELDS = (
    "id", "unit_id", "id_number_hash", "name", "sex", "birth_date", "phone", "ethnicity", "native_place",
    "political_status", "education", "school", "major", "source", "is_veteran", "staff_category", "position", "level",
    "hired_on", "contract_from", "contract_until", "probation_until", "status", "left_on",
)  # fmt: skip
CERTIFICATE_FIELDS = ("id", "member_id", "number", "valid_from", "valid_until")


class Known:
    """`members` are those that the importer may change; of everybody else only that a number is taken is known.

    Files and certificates are plain named tuples here: as models, twenty thousand would take seconds.
    """

    def __init__(self, members: MemberQuerySet, today: dt.date) -> None:
        self._members = members
        self._today = today
        self._by_hash: dict[str, Any] = {}
        self._certificates: dict[str, Any] = {}
        self._taken_ids: set[str] = set()
        self._taken_numbers: set[str] = set()
        self._dismissed: set[int] = set()
        self.units: dict[int, Unit] = {}

    def load(self, rows: Iterable[RowPlan]) -> None:
        """Read everybody named in `rows` in a fixed number of queries."""
        rows = list(rows)
        identified = [row for row in rows if "id_number" in row.values]
        hashes = lookup_hashes([row.values["id_number"] for row in identified])
        for row, digest in zip(identified, hashes, strict=True):
            row.id_number_hash = digest
        self._load_members(taken("lf_taken_id_numbers", hashes))
        self._load_certificates(
            taken("lf_taken_certificates", [row.certificate.number for row in rows if row.certificate])
        )

    def _load_members(self, hashes: set[str]) -> None:
        """Those of them that the importer may change; the others stay taken."""
        found = _among(self._members, "id_number_hash", hashes).values_list(*MEMBER_FIELDS, named=True)
        self._by_hash = {m.id_number_hash: m for m in found}
        self.units = Unit.objects.in_bulk({m.unit_id for m in self._by_hash.values()})
        self._taken_ids = hashes - set(self._by_hash)
        self._dismissed = _dismissed([m.id for m in self._by_hash.values() if m.left_on])

    def _load_certificates(self, numbers: set[str]) -> None:
        own = {m.id for m in self._by_hash.values()}
        found = _among(DutyCertificate.objects.all(), "number", numbers).values_list(*CERTIFICATE_FIELDS, named=True)
        self._certificates = {c.number: c for c in found if c.member_id in own}
        self._taken_numbers = numbers - set(self._certificates)

    def judge(self, row: RowPlan) -> None:
        """Tie the row to the member and the certificate it speaks of; complain where somebody else has them."""
        digest = row.id_number_hash
        row.member = self._by_hash.get(digest)
        if digest in self._taken_ids:
            row.complain(
                "member_elsewhere",
                "id_number",
                _("belongs to a member of a unit that you don't manage; that unit has to transfer the member first"),
            )
        if row.member:
            # Same number, same person: what follows from the number is no change.
            row.values.pop("id_number", None)
            self._check_left(row)
            self._check_contract(row)
        if row.certificate:
            self._judge_certificate(row, row.certificate)

    def _check_left(self, row: RowPlan) -> None:
        """A hire date after the exit takes a member on again; dismissal is for good."""
        hired, left_on = row.values.get("hired_on"), row.member.left_on
        if left_on is None or hired is None or hired < left_on or hired == row.member.hired_on:
            return
        if row.member.id in self._dismissed:
            row.complain("dismissed", "hired_on", _("the member was dismissed and cannot be taken on again"))
        elif hired > self._today:
            row.complain(
                "status_future", "hired_on", _("lies ahead: the member is taken on again when the day has come")
            )
        else:
            row.rehired_on = row.values.pop("hired_on")

    def _check_contract(self, row: RowPlan) -> None:
        stored = row.member if row.rehired_on is None else None  # a new engagement has its own contract
        start = row.values.get("contract_from", stored and stored.contract_from)
        end = row.values.get("contract_until", stored and stored.contract_until)
        if start and end and end < start and not row.problems:
            row.complain("contract_ends_before_start", "contract_until", _("is before the contract begins"))

    def _judge_certificate(self, row: RowPlan, plan: CertificatePlan) -> None:
        found = self._certificates.get(plan.number)
        if plan.number in self._taken_numbers or (found and (not row.member or found.member_id != row.member.id)):
            row.complain("certificate_elsewhere", "certificate_number", _("belongs to another member"))
            return
        plan.existing = found
        if found is None and plan.valid_until is None:
            row.complain("missing", "certificate_until", _("is missing, although a certificate number is given"))
        elif found is None and plan.valid_until:
            hired = row.values.get("hired_on") or (row.member.hired_on if row.member else None)
            plan.valid_from = plan.valid_from or min(hired or self._today, plan.valid_until)
        elif found and (plan.valid_until or found.valid_until) < (plan.valid_from or found.valid_from):
            row.complain("certificate_ends_before_start", "certificate_until", _("is before the certificate begins"))


def _dismissed(gone: list[int]) -> set[int]:
    """Those of the members who left by being dismissed."""
    exits = StatusChange.objects.filter(member__in=gone, kind__in=EXITS).order_by("on", "pk") if gone else ()
    last = {change.member_id: change.kind for change in exits}
    return {member for member, kind in last.items() if kind == StatusChangeKind.DISMISS}


def _among(rows: Any, column: str, keys: set[str]) -> Any:
    """The rows with one of `keys`, given as one array: as a list of parameters thousands of them take longer."""
    if not keys:
        return rows.none()
    return rows.filter(**{f"{column}__in": RawSQL("SELECT unnest(%s::text[])", [list(keys)])})
