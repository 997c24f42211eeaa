"""The search of the top bar: people, beats and units by how their names begin, pinyin and initials included."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from lianfang.home.addresses import address
from patrols.models import Beat
from personnel.models import Member
from teams.models import Unit, User

MOST = 20  # of each kind; the lists' own filters go further


@dataclass(frozen=True)
class Hit:
    name: str
    place: str
    url: str


@dataclass(frozen=True)
class Kind:
    """The hits of one kind; `is_cut` where there are more."""

    label: str
    hits: list[Hit]
    is_cut: bool

    @classmethod
    def of(cls, label: str, hits: list[Hit]) -> Kind:
        return cls(label, hits[:MOST], len(hits) > MOST)


def search(user: User, text: str) -> list[Kind]:
    """What `user` may see and `text` finds, in three queries; kinds without a hit are left out.

    ID numbers are not searched: the text stands in the page's address.
    """
    if not text:
        return []
    kinds = [_members(user, text), _beats(user, text), _units(user, text)]
    return [kind for kind in kinds if kind.hits]


def _members(user: User, text: str) -> Kind:
    rows = Member.objects.visible_to(user).search(text).order_by("name_pinyin", "pk")
    found = rows.values_list("pk", "name", "unit__name")[: MOST + 1]
    return Kind.of(_("Members"), [Hit(name, unit, address("member-detail", pk)) for pk, name, unit in found])


def _beats(user: User, text: str) -> Kind:
    rows = Beat.objects.visible_to(user).filter(name__icontains=text, is_active=True).select_related("unit")
    return Kind.of(
        _("Beats"), [Hit(row.name, row.unit.label, address("beat-page", row.pk)) for row in rows[: MOST + 1]]
    )


def _units(user: User, text: str) -> Kind:
    fitting = Q(name__icontains=text) | Q(short_name__icontains=text) | Q(code__startswith=text)
    rows = Unit.objects.visible_to(user).filter(fitting)[: MOST + 1]
    return Kind.of(_("Units"), [Hit(row.name, row.get_kind_display(), address("unit-detail", row.pk)) for row in rows])
