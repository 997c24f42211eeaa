"""Who is there already: the members that an import may change, and whether others hold a number that it brings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from lianfang.platform.fields import lookup_hash
from personnel.models import DutyCertificate, Member
from personnel.models.member import MemberQuerySet
from personnel.rules.members import taken
from teams.models import Unit

if TYPE_CHECKING:
    from personnel.roster_workbook.plan import RowPlan


class Known:
    """`members` are those that the importer may change; of everybody else only that a number is taken is known."""

    def __init__(self, members: MemberQuerySet, today: dt.date) -> None:
        self._members = members
        self._today = today
        self._by_hash: dict[str, Member] = {}
        self._certificates: dict[str, DutyCertificate] = {}
        self._taken_ids: set[str] = set()
        self._taken_numbers: set[str] = set()

    def load(self, rows: Iterable[RowPlan]) -> None:
        """Read everybody named in `rows` in a fixed number of queries."""
        rows = list(rows)
        for row in rows:
            if "id_number" in row.values:
                row.values["id_number_hash"] = lookup_hash(row.values["id_number"])
        hashes = [row.values["id_number_hash"] for row in rows if "id_number_hash" in row.values]
        numbers = [row.certificate.number for row in rows if row.certificate]
        self._by_hash = {m.id_number_hash: m for m in self._members.filter(id_number_hash__in=hashes)}
        units = Unit.objects.in_bulk({m.unit_id for m in self._by_hash.values()})  # a thousandth as many as members
        for member in self._by_hash.values():
            member.unit = units[member.unit_id]
        own = [m.pk for m in self._by_hash.values()]
        certificates = DutyCertificate.objects.filter(member__in=own, number__in=numbers)
        self._certificates = {c.number: c for c in certificates}
        self._taken_ids = taken("lf_taken_id_numbers", hashes) - set(self._by_hash)
        self._taken_numbers = taken("lf_taken_certificates", numbers) - set(self._certificates)

    def judge(self, row: RowPlan) -> None:
        """Tie the row to the member and the certificate it speaks of; complain where somebody else has them."""
        digest = row.values.pop("id_number_hash", None)
        row.member = self._by_hash.get(digest) if digest else None
        if row.member is None and digest in self._taken_ids:
            row.complain(
                "member_elsewhere",
                "id_number",
                _("belongs to a member of a unit that you don't manage; that unit has to transfer the member first"),
            )
        if row.member:
            # Same number, same person: what follows from the number is no change.
            row.values.pop("id_number", None)
            self._check_contract(row)
        if row.certificate:
            self._judge_certificate(row)

    def _check_contract(self, row: RowPlan) -> None:
        start = row.values.get("contract_from", row.member and row.member.contract_from)
        end = row.values.get("contract_until", row.member and row.member.contract_until)
        if start and end and end < start and not row.problems:
            row.complain("contract_ends_before_start", "contract_until", _("is before the contract begins"))

    def _judge_certificate(self, row: RowPlan) -> None:
        plan = row.certificate
        if plan is None:
            return
        found = self._certificates.get(plan.number)
        if plan.number in self._taken_numbers or (found and (not row.member or found.member_id != row.member.pk)):
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
