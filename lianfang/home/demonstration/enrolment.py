"""Invented people become members by the import of a 花名册."""

from __future__ import annotations

from collections.abc import Sequence

from lianfang.home.demonstration.people import HEADER, roster_row
from lianfang.home.demonstration.people import Member as Invented
from lianfang.platform.workbook import Sheet
from personnel.models import Member
from personnel.roster_workbook.table import find_table
from personnel.services.imports import import_members
from teams.models import Unit, User


def enrol(people: Sequence[Invented], brigade: Unit, *, by: User) -> dict[int, Member]:
    """Import everybody below the brigade; the members by the numbers of the invented people."""
    sheet = Sheet("花名册", [list(HEADER), *(roster_row(person) for person in people)])
    import_members(by=by, table=find_table([sheet]), unit=brigade)
    found = {member.id_number: member for member in Member.objects.below(brigade).select_related("unit")}
    return {person.number: found[person.id_number] for person in people}
