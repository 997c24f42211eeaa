"""Pages of a long list by key: no counting off, no skipping, and stable while rows come and go."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

COUNT_CAP = 1000


@dataclass(frozen=True)
class KeysetPage:
    """Rows of one page, and the cursors of its neighbours (None where there is none)."""

    rows: list[Any]
    newer: str | None
    older: str | None
    total: str


def keyset_page(
    rows: QuerySet[Any], query: QueryDict, keys: Sequence[str], size: int = 50, *, descending: bool = False
) -> KeysetPage:
    """The page that `?after=` or `?before=` asks for, ordered by `keys`; the last key is unique, the others are text.

    A cursor that is none shows the first page. The total is exact up to 1000, then "1000+".
    """
    back = _decode(query.get("before", ""), len(keys))
    forth = None if back else _decode(query.get("after", ""), len(keys))
    falling = bool(back) != descending
    order = [f"-{key}" if falling else key for key in keys]
    cursor = back or forth
    condition = _beyond(keys, cursor, "lt" if falling else "gt") if cursor else Q()
    found = list(rows.filter(condition).order_by(*order)[: size + 1])
    more, shown = len(found) > size, found[:size]
    if back:
        shown.reverse()
    has_newer = more if back else forth is not None
    has_older = True if back else more
    return KeysetPage(
        rows=shown,
        newer=_encode(shown[0], keys) if shown and has_newer else None,
        older=_encode(shown[-1], keys) if shown and has_older else None,
        total=capped_count(rows),
    )


def capped_count(rows: QuerySet[Any]) -> str:
    """How many rows: exact up to 1000, beyond that "1000+" (an exact count of a long list costs too much)."""
    count = rows.order_by()[: COUNT_CAP + 1].count()
    return f"{COUNT_CAP}+" if count > COUNT_CAP else str(count)


def _beyond(keys: Sequence[str], values: list[Any], side: str) -> Q:
    """(a, b) > (x, y), as a >= x and (a > x or (a = x and b > y)): the first part is what an index takes."""
    condition = Q()
    for index in range(len(keys) - 1, -1, -1):
        here = Q(**{f"{keys[index]}__{side}": values[index]})
        same = Q(**{keys[index]: values[index]})
        condition = here | (same & condition) if index < len(keys) - 1 else here
    return Q(**{f"{keys[0]}__{side}e": values[0]}) & condition


def _encode(row: Model, keys: Sequence[str]) -> str:
    values = [getattr(row, key) for key in keys]
    return base64.urlsafe_b64encode(json.dumps(values, ensure_ascii=False).encode()).decode().rstrip("=")


def _decode(cursor: str, count: int) -> list[Any] | None:
    if not cursor or len(cursor) > 500:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        return None
    if not isinstance(values, list) or len(values) != count:
        return None
    if not all(isinstance(v, str) and "\0" not in v for v in values[:-1]):
        return None
    good = isinstance(values[-1], int) and not isinstance(values[-1], bool) and 0 <= values[-1] < 2**63
    return values if good else None
