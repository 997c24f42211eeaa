"""A squadron's own rules in words: the sentence that a rule is, and what its form asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patrols.models import RosterRule, RuleKind
from patrols.rules.wishes import Terms

Text = Any

# What the form of each kind is about, and what it calls its figures.
HINTS: dict[str, Text] = {
    RuleKind.SUCCESSION: gettext_lazy("Forbids one shift on the day after another, besides the hours of rest."),
    RuleKind.WEEKENDS: gettext_lazy("A weekend counts once, whether on duty on one of its days or on both."),
    RuleKind.SHIFT_COUNT: gettext_lazy(
        "Counted for each member over the days of a roster, which is a month as a rule."
    ),
    RuleKind.DAYS_OFF: gettext_lazy("No single days off between duties, so that people come home."),
    RuleKind.DAYS_RUN: gettext_lazy("Narrower than the legal limit, which holds in any case."),
    RuleKind.NIGHTS_RUN: gettext_lazy("Narrower than the legal limit, which holds in any case."),
    RuleKind.TRAINING: gettext_lazy("Half training, half patrol: needs a shift type that counts as training."),
    RuleKind.APART: gettext_lazy("They are not put on one beat in the same shift: relatives, for instance."),
    RuleKind.TOGETHER: gettext_lazy("On a day on which several of them are on duty, they are on the same shift."),
    RuleKind.WISHES: gettext_lazy("Until somebody sets this, the usual terms hold."),
}

LABELS: dict[tuple[str, str], Text] = {
    (RuleKind.SUCCESSION, "shift_type"): gettext_lazy("After this shift"),
    (RuleKind.SUCCESSION, "next_shift_type"): gettext_lazy("not this one on the next day"),
    (RuleKind.WEEKENDS, "most"): gettext_lazy("Most weekends on duty in a roster"),
    (RuleKind.SHIFT_COUNT, "most"): gettext_lazy("Most duties in a roster"),
    (RuleKind.DAYS_OFF, "least"): gettext_lazy("Least days off in a row"),
    (RuleKind.DAYS_RUN, "least"): gettext_lazy("Least working days in a row"),
    (RuleKind.DAYS_RUN, "most"): gettext_lazy("Most working days in a row"),
    (RuleKind.NIGHTS_RUN, "least"): gettext_lazy("Least nights in a row"),
    (RuleKind.NIGHTS_RUN, "most"): gettext_lazy("Most nights in a row"),
    (RuleKind.TRAINING, "percent"): gettext_lazy("Percent of the duties that are training"),
    (RuleKind.WISHES, "most"): gettext_lazy("Most wishes of a member in a month"),
    (RuleKind.WISHES, "least"): gettext_lazy("Taken until so many days before the month"),
}


# The kind of rule that a broken limit of the engine comes from.
KIND_OF_CODE: dict[str, RuleKind] = {
    "consecutive_days": RuleKind.DAYS_RUN,
    "consecutive_nights": RuleKind.NIGHTS_RUN,
    "training_share": RuleKind.TRAINING,
    "not_paired": RuleKind.APART,
    "crew_together": RuleKind.TOGETHER,
    **{str(kind): kind for kind in (RuleKind.SUCCESSION, RuleKind.WEEKENDS, RuleKind.SHIFT_COUNT, RuleKind.DAYS_OFF)},
}


def rule_sentence(row: RosterRule, names: Sequence[str] = ()) -> str:
    """“At most 3 weekends on duty in a roster”; `names` are those of its people."""
    if row.kind in (RuleKind.DAYS_RUN, RuleKind.NIGHTS_RUN):
        return _run_sentence(row)
    facts = {
        "least": row.least,
        "most": row.most,
        "percent": row.percent,
        "shift": row.shift_type.name if row.shift_type else "",
        "next": row.next_shift_type.name if row.next_shift_type else "",
        "who": _(", ").join(names) or (row.group.label if row.group else ""),
    }
    return str(SENTENCES[row.kind]) % facts


def terms_sentence(terms: Terms) -> str:
    return str(SENTENCES[RuleKind.WISHES]) % {"most": terms.most, "least": terms.days_before}


def _run_sentence(row: RosterRule) -> str:
    what = _("working days") if row.kind == RuleKind.DAYS_RUN else _("night duties")
    facts = {"what": what, "least": row.least, "most": row.most}
    if row.least and row.most:
        return _("%(least)s to %(most)s %(what)s in a row") % facts
    return (_("At least %(least)s %(what)s in a row") if row.least else _("At most %(most)s %(what)s in a row")) % facts


SENTENCES: dict[str, Text] = {
    RuleKind.SUCCESSION: gettext_lazy("No %(next)s on the day after %(shift)s"),
    RuleKind.WEEKENDS: gettext_lazy("At most %(most)s weekends on duty in a roster"),
    RuleKind.SHIFT_COUNT: gettext_lazy("At most %(most)s duties on %(shift)s in a roster"),
    RuleKind.DAYS_OFF: gettext_lazy("At least %(least)s days off in a row"),
    RuleKind.TRAINING: gettext_lazy("%(percent)s %% of the duties are training"),
    RuleKind.APART: gettext_lazy("%(who)s: not on one post together"),
    RuleKind.TOGETHER: gettext_lazy("%(who)s: on one shift together"),
    RuleKind.WISHES: gettext_lazy("At most %(most)s wishes of a member a month, until %(least)s days before it begins"),
}
