"""What a published version holds, how two of them differ, and the hash that proves one unchanged."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from patrols.models import Duty

Entry = dict[str, Any]  # {"member", "day", "shift", "beat", "starts", "ends"}: ids and ISO texts, no names


@dataclass(frozen=True)
class Change:
    """One cell that differs between two versions; a side is None where the cell was or is empty."""

    member_id: int
    day: dt.date
    before: tuple[int, int | None] | None  # shift type and beat
    after: tuple[int, int | None] | None

    def as_json(self) -> dict[str, Any]:
        return {
            "member": self.member_id,
            "day": self.day.isoformat(),
            "before": list(self.before) if self.before else None,
            "after": list(self.after) if self.after else None,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Change:
        before, after = (tuple(data[side]) if data[side] else None for side in ("before", "after"))
        return cls(data["member"], dt.date.fromisoformat(data["day"]), before, after)


def snapshot(duties: Iterable[Duty]) -> list[Entry]:
    """The duties as a version freezes them, in a fixed order."""
    entries = [
        {
            "member": duty.member_id,
            "day": duty.day.isoformat(),
            "shift": duty.shift_type_id,
            "beat": duty.beat_id,
            "starts": duty.starts.astimezone(dt.UTC).isoformat(),
            "ends": duty.ends.astimezone(dt.UTC).isoformat(),
        }
        for duty in duties
    ]
    return sorted(entries, key=lambda e: (e["day"], e["member"]))


def digest(entries: Iterable[Entry]) -> str:
    """SHA-256 over the canonical JSON of the duties without who: a pseudonym may replace a person, nothing else."""
    facts = [{key: value for key, value in entry.items() if key != "member"} for entry in entries]
    lines = sorted(json.dumps(fact, sort_keys=True, separators=(",", ":")) for fact in facts)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def changes(old: Iterable[Entry], new: Iterable[Entry]) -> list[Change]:
    """The cells that differ, by day and member."""
    before, after = _cells(old), _cells(new)
    return [
        Change(member, day, before.get((day, member)), after.get((day, member)))
        for day, member in sorted(before.keys() | after.keys())
        if before.get((day, member)) != after.get((day, member))
    ]


def _cells(entries: Iterable[Entry]) -> dict[tuple[dt.date, int], tuple[int, int | None]]:
    return {(dt.date.fromisoformat(e["day"]), e["member"]): (e["shift"], e["beat"]) for e in entries}
