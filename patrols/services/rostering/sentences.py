"""From a broken limit's code and numbers to a sentence in the leader's words, in the active language."""

from __future__ import annotations

import datetime as dt
from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from copy import copy
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianfang.platform.problems import Problem
from patrols import rostering as engine
from patrols.models.task import LED_BY_LAW
from patrols.services.rostering.elsewhere import is_elsewhere
from personnel.models import ProtectionKind, SkillKind
from personnel.models.time import AbsenceKind, EngagementKind

MINUTES_A_DAY = 24 * 60
BETWEEN = frozenset({"not_paired"})  # its sentence names everybody whom it concerns

REASONS: dict[str, Any] = {
    **dict(EngagementKind.choices),
    **dict(AbsenceKind.choices),
    **dict(ProtectionKind.choices),
    "rest_elsewhere": gettext_lazy("rest around a duty in another squadron"),
    "not_hired": gettext_lazy("not hired yet"),
    "left": gettext_lazy("left"),
    "suspended": gettext_lazy("suspended"),
    "transferred": gettext_lazy("transferred to another unit"),
}


def reason_label(code: str) -> str:
    """`annual` → annual leave."""
    return str(REASONS.get(code, code))


def sentences(
    problem: engine.Problem,
    violations: Iterable[engine.Violation],
    duties: Iterable[engine.Assignment] = (),
) -> list[Problem]:
    """One problem for each violation, in the same order; each names its person, day and shift.

    `duties` are the judged ones: with them a lack of rest names both shifts.
    """
    words = Words(problem, duties)
    return [Problem(item.code, words.sentence(item)) for item in violations]


class Words:
    """Says what is wrong about a problem's people and days."""

    def __init__(
        self,
        problem: engine.Problem,
        duties: Iterable[engine.Assignment] = (),
        beats: Mapping[str, str] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> None:
        self.problem = problem
        self.beats = beats or {}  # names by id
        self.names = names or {}  # of people about whom a rule speaks, also where they are not in the problem
        self.duty: MutableMapping[tuple[str, int], engine.Assignment] = {}
        self.away: dict[tuple[str, int], engine.Assignment] = {}  # duties elsewhere: a day may hold one of each
        for item in (*problem.outside, *duties):
            (self.away if is_elsewhere(item) else self.duty)[item.person, item.day] = item

    def also(self, duty: engine.Assignment) -> Words:
        """The same words with one more duty, for what would be wrong with it."""
        other = copy(self)
        other.duty = ChainMap({(duty.person, duty.day): duty}, self.duty)
        return other

    def sentence(self, item: engine.Violation) -> str:
        """With the person's name in front, where there is one."""
        what = self.phrase(item)
        if item.person is None or item.person not in self.problem.person or item.code in BETWEEN:
            return what
        return _("%(name)s: %(problem)s") % {"name": self.problem.person[item.person].name, "problem": what}

    def phrase(self, item: engine.Violation) -> str:
        """Without the name, for a row that bears it already."""
        say = PHRASES.get(item.code)
        return say(self, item) if say else _("breaks the limit “%(code)s”") % {"code": item.code}

    # --- words ---------------------------------------------------------------------------------------------------

    def day(self, number: int) -> str:
        return day_text(self.problem.date_of(number))

    def days(self, item: engine.Violation) -> dict[str, str]:
        return {"first": self.day(item.days[0]), "last": self.day(item.days[-1])}

    def name(self, person: object) -> str:
        known = self.problem.person.get(str(person))
        return self.names.get(str(person), "") or (known.name if known else "")

    def shift(self, shift: object) -> str:
        found = self.problem.shift.get(str(shift))
        return found.code if found else ""

    def need(self, item: engine.Violation) -> dict[str, str]:
        """Shift and beat of a violation that concerns a need; candidates of an unknown one get the shift alone."""
        found = next((need for need in self.problem.needs if need.id == item.need), None)
        if found is None:
            return {"shift": "", "beat": ""}
        return {"shift": self.shift(found.shift), "beat": self.beats.get(found.beat, "")}

    def at(self, minute: int) -> str:
        return f"{minute // 60 % 24}:{minute % 60:02d}"

    def end(self, minute: int) -> str:
        """24:00 for the midnight that ends the day."""
        if minute <= MINUTES_A_DAY:
            return "24:00" if minute == MINUTES_A_DAY else self.at(minute)
        return _("%(time)s the next day") % {"time": self.at(minute)}

    def pair(self, item: engine.Violation) -> tuple[engine.Assignment, engine.Assignment] | None:
        """The two duties that lie too close together, the earlier first."""
        person, first, second = item.person or "", item.days[0], item.days[-1]
        found = [
            (earlier, later)
            for earlier in (self.duty.get((person, first)), self.away.get((person, first)))
            for later in (self.duty.get((person, second)), self.away.get((person, second)))
            if earlier is not None
            and later is not None
            and earlier is not later
            and self.start(earlier) <= self.start(later)
        ]
        return min(found, key=lambda two: self.start(two[1]) - self.finish(two[0]), default=None)

    def start(self, duty: engine.Assignment) -> int:
        return self.problem.shift[duty.shift].start_on(duty.day)

    def finish(self, duty: engine.Assignment) -> int:
        return self.problem.shift[duty.shift].end_on(duty.day)

    def duty_on(self, item: engine.Violation) -> tuple[str, str]:
        """Day and shift of a violation that concerns one duty."""
        duty = self.duty.get((item.person or "", item.days[0]))
        return self.day(item.days[0]), self.shift(duty.shift) if duty else ""


def day_text(day: dt.date) -> str:
    # Translators: a date inside a sentence, as Django's date filter writes formats; Chinese: n月j日
    return date_format(day, _("j F"))


def hours(minutes: object) -> str:
    """480 → 8, 450 → 7.5."""
    return f"{round(float(str(minutes)) / 60, 1):g}"


def _overlap(words: Words, item: engine.Violation) -> str:
    pair = words.pair(item)
    away = next((duty for duty in pair or () if is_elsewhere(duty)), None)
    if away is not None:
        shift = words.problem.shift[away.shift]
        hours = {"start": words.at(shift.start_minute), "end": words.end(shift.start_minute + shift.minutes)}
        text = _("%(day)s: already on duty in another squadron from %(start)s to %(end)s")
        return text % {"day": words.day(away.day), **hours}
    facts = {"first": words.day(item.days[0]), "second": words.day(item.days[1]), "minutes": item.params["minutes"]}
    return _("the duties of %(first)s and %(second)s overlap by %(minutes)s minutes") % facts


def _rest(words: Words, item: engine.Violation) -> str:
    pair = words.pair(item)
    least, rest = hours(item.params["least"]), hours(item.params["rest"])
    if pair is None:
        facts = {**words.days(item), "rest": rest, "least": least}
        return (
            _("%(rest)s h of rest between the duties of %(first)s and %(last)s, at least %(least)s h are needed")
            % facts
        )
    first, second = pair
    earlier, later = words.problem.shift[first.shift], words.problem.shift[second.shift]
    end = earlier.start_minute + earlier.minutes
    return _("%(shift)s of %(day)s ends at %(end)s, less than %(least)s h of rest before %(next)s at %(start)s") % {
        "shift": earlier.code,
        "day": words.day(first.day),
        "end": words.end(end),
        "least": least,
        "next": later.code,
        "start": words.at(later.start_minute),
    }


def _hours_day(words: Words, item: engine.Violation) -> str:
    facts = {"day": words.day(item.days[0]), **_hours(item.params)}
    return _("%(have)s h on %(day)s, at most %(most)s h a day") % facts


def _hours_week(words: Words, item: engine.Violation) -> str:
    facts = {**words.days(item), **_hours(item.params)}
    return _("%(have)s h in the week %(first)s to %(last)s, at most %(most)s h") % facts


def _hours_month(words: Words, item: engine.Violation) -> str:
    month = date_format(words.problem.date_of(item.days[0]), "YEAR_MONTH_FORMAT")
    over = hours(_number(item, "minutes") - _number(item, "most"))
    text = _("%(month)s: overtime exceeds its limit by %(over)s h (%(have)s h counted, at most %(most)s h)")
    return text % {"month": month, "over": over, **_hours(item.params)}


def _consecutive_days(words: Words, item: engine.Violation) -> str:
    if "least" in item.params:
        single = _("a single day on duty on %(first)s, at least %(least)s in a row are wanted")
        several = _("only %(length)s days on duty in a row from %(first)s to %(last)s, at least %(least)s are wanted")
        return _short_run(words, item, single, several)
    facts = {**words.days(item), "length": item.params["length"], "most": item.params.get("most")}
    return _("%(length)s days on duty in a row from %(first)s to %(last)s, at most %(most)s") % facts


def _consecutive_nights(words: Words, item: engine.Violation) -> str:
    if "least" in item.params:
        single = _("a single night on %(first)s, at least %(least)s in a row are wanted")
        several = _("only %(length)s nights in a row from %(first)s to %(last)s, at least %(least)s are wanted")
        return _short_run(words, item, single, several)
    facts = {**words.days(item), "length": item.params["length"], "most": item.params.get("most")}
    return _("%(length)s nights in a row from %(first)s to %(last)s, at most %(most)s") % facts


def _short_run(words: Words, item: engine.Violation, single: str, several: str) -> str:
    length, least = item.params["length"], item.params["least"]
    return (single if length == 1 else several) % {**words.days(item), "length": length, "least": least}


def _weekly_rest(words: Words, item: engine.Violation) -> str:
    facts = {**words.days(item), "free": item.params["free"], "least": item.params["least"]}
    return _("%(free)s days off in the week %(first)s to %(last)s, at least %(least)s") % facts


def _absence(words: Words, item: engine.Violation) -> str:
    day, shift = words.duty_on(item)
    reason = str(item.params.get("reason", ""))
    facts = {"day": day, "shift": shift, "reason": reason_label(reason)}
    if reason in ("duty", "standby"):
        return _("%(day)s: already on %(reason)s in another roster") % facts
    return _("%(day)s: %(reason)s, cannot be on duty") % facts


def _certificate(words: Words, item: engine.Violation) -> str:
    day = item.days[0]
    periods = words.problem.person[item.person or ""].certificates or ()
    ended = [period.end for period in periods if period.end <= (day + 2) * MINUTES_A_DAY]
    if not ended:
        return _("%(day)s: no valid duty certificate") % {"day": words.day(day)}
    # Translators: a date with its year inside a sentence; Chinese: Y年n月j日
    until = date_format(words.problem.date_of(max(ended) // MINUTES_A_DAY - 1), _("j F Y"))
    return _("%(day)s: the duty certificate is valid until %(until)s only") % {"day": words.day(day), "until": until}


def _at_work(words: Words, item: engine.Violation) -> str:
    facts = {"day": words.day(item.days[0]), "shift": words.shift(item.params.get("shift"))}
    return _("%(day)s: already on %(shift)s") % facts


def _fixed(words: Words, item: engine.Violation) -> str:
    return _("%(day)s: the cell is fixed") % {"day": words.day(item.days[0])}


def _pairs(words: Words, item: engine.Violation) -> str:
    need = words.need(item)
    facts = {"day": words.day(item.days[0]), "have": item.params["have"], "least": item.params["least"], **need}
    text = _("%(day)s, %(shift)s at %(beat)s: %(have)s on patrol; without an officer at least %(least)s go together")
    return text % facts


def _officer(words: Words, item: engine.Violation) -> str:
    facts = {"day": words.day(item.days[0]), "law": LED_BY_LAW, **words.need(item)}
    return _("%(day)s, %(shift)s at %(beat)s: no sworn officer is free to lead; %(law)s") % facts


def _protected(words: Words, item: engine.Violation) -> str:
    day, shift = words.duty_on(item)
    facts = {
        "day": day,
        "shift": shift,
        "reason": reason_label(str(item.params.get("reason", ""))),
        "most": hours(item.params["most"]),
    }
    return _("%(day)s %(shift)s: %(reason)s, no night duty and at most %(most)s h a duty") % facts


def _skill(words: Words, item: engine.Violation) -> str:
    names = item.params.get("skills", ())
    labels = _(", ").join(str(SkillKind(name).label) for name in names if name in SkillKind.values)  # type: ignore[attr-defined]
    return _("%(day)s: lacks a skill that the need asks of all: %(skills)s") % {
        "day": words.day(item.days[0]),
        "skills": labels,
    }


def _hours_quarter(words: Words, item: engine.Violation) -> str:
    facts = {"over": hours(_number(item, "minutes") - _number(item, "most")), **_hours(item.params)}
    return _("the quarter's working hours are exceeded by %(over)s h (%(have)s h counted, at most %(most)s h)") % facts


def _succession(words: Words, item: engine.Violation) -> str:
    facts = {
        **words.days(item),
        "before": words.shift(item.params["before"]),
        "after": words.shift(item.params["after"]),
    }
    return _("%(after)s on %(last)s right after %(before)s on %(first)s; the squadron's rules forbid it") % facts


def _weekends(words: Words, item: engine.Violation) -> str:
    facts = {"count": item.params["weekends"], "most": item.params["most"]}
    return _("%(count)s weekends on duty, at most %(most)s by the squadron's rules") % facts


def _shift_count(words: Words, item: engine.Violation) -> str:
    facts = {"count": item.params["count"], "most": item.params["most"], "shift": words.shift(item.params["shift"])}
    return _("%(count)s duties on %(shift)s, at most %(most)s by the squadron's rules") % facts


def _days_off(words: Words, item: engine.Violation) -> str:
    single = _("a single day off on %(first)s, at least %(least)s in a row by the squadron's rules")
    several = _(
        "only %(length)s days off in a row from %(first)s to %(last)s, at least %(least)s by the squadron's rules"
    )
    return _short_run(words, item, single, several)


def _not_paired(words: Words, item: engine.Violation) -> str:
    facts = {
        "day": words.day(item.days[0]),
        "one": words.name(item.person),
        "other": words.name(item.params["other"]),
        **words.need(item),
    }
    return _("%(day)s %(shift)s: %(one)s and %(other)s do not serve on one post together") % facts


def _crew_together(words: Words, item: engine.Violation) -> str:
    shifts: Any = item.params["shifts"]
    names = _(", ").join(words.shift(shift) for shift in shifts)
    facts = {"day": words.day(item.days[0]), "crew": item.params["crew"], "shifts": names}
    return _("%(day)s: %(crew)s are split between %(shifts)s, they are to stay together") % facts


def _training_share(words: Words, item: engine.Violation) -> str:
    return _("%(training)s of %(duties)s duties are training, %(percent)s %% are aimed at") % dict(item.params)


def _wish(words: Words, item: engine.Violation) -> str:
    facts = {"day": words.day(item.days[0]), "shift": words.shift(item.params["shift"])}
    if item.params["shift"] is None:
        text = _("asked to be on duty on %(day)s") if item.params["wants"] else _("asked for %(day)s off")
    else:
        wants = item.params["wants"]
        text = _("asked for %(shift)s on %(day)s") if wants else _("asked not to be on %(shift)s on %(day)s")
    return text % facts


def _hours(params: Mapping[str, object]) -> dict[str, str]:
    return {"have": hours(params["minutes"]), "most": hours(params.get("most", 0))}


def _number(item: engine.Violation, name: str) -> float:
    return float(str(item.params[name]))


PHRASES: dict[str, Callable[[Words, engine.Violation], str]] = {
    "overlap": _overlap,
    "rest": _rest,
    "hours_day": _hours_day,
    "hours_week": _hours_week,
    "hours_month": _hours_month,
    "hours_quarter": _hours_quarter,
    "officer": _officer,
    "protected": _protected,
    "skill": _skill,
    "consecutive_days": _consecutive_days,
    "consecutive_nights": _consecutive_nights,
    "weekly_rest": _weekly_rest,
    "absence": _absence,
    "certificate": _certificate,
    "at_work": _at_work,
    "fixed": _fixed,
    "pairs": _pairs,
    "succession": _succession,
    "weekends": _weekends,
    "shift_count": _shift_count,
    "days_off": _days_off,
    "not_paired": _not_paired,
    "crew_together": _crew_together,
    "training_share": _training_share,
    "wish": _wish,
}
