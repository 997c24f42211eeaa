"""What a formula may name: the scored steps, the fitness items that give points, the bonus (handbook P3, P5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from lianfang.platform.problems import Problem
from personnel.models import BonusRule, Campaign, PriorityGroup, Sex, Step, StepKind
from personnel.rules.recruitment.formula import (
    HUNDRED,
    FormulaError,
    Name,
    Node,
    Number,
    Operation,
    evaluate,
    names,
    parse,
    renamed,
    span,
)

BONUS = "bonus"
ITEM, GROUP = "item:", "bonus:"
# Shorter words than the labels, as plans write them.
MORE_WORDS: dict[str, tuple[str, ...]] = {
    StepKind.WRITTEN: ("笔试", "笔试成绩"),
    StepKind.FITNESS: ("体能", "体能测试", "体测", "体能测评"),
    StepKind.INTERVIEW: ("面试", "面试成绩"),
    BONUS: ("bonus", "加分", "政策加分"),
}


@dataclass(frozen=True)
class Term:
    """Something that a formula may name. `key` is what is stored, `words` what may be written, in lower case.

    `label`: what the reader calls it.
    """

    key: str
    label: str
    words: frozenset[str]
    full: Fraction = HUNDRED
    is_scored: bool = True

    @property
    def counts_as_mark(self) -> bool:
        """A mark that full marks are reckoned with; bonus points come on top."""
        return not self.key.startswith(BONUS)


def step_keys(steps: Iterable[Step]) -> dict[int, str]:
    """The key of each step by its id (its position where it has none yet): its kind, numbered from the second on."""
    seen: Counter[str] = Counter()
    found = {}
    for step in steps:
        seen[step.kind] += 1
        found[step.pk or -step.position] = step.kind + (str(seen[step.kind]) if seen[step.kind] > 1 else "")
    return found


def labels(campaign: Campaign) -> dict[str, str]:
    """What each key is called in the reader's language."""
    steps = list(campaign.steps.all())
    keys = step_keys(steps)
    found = {keys[step.pk or -step.position]: str(step) for step in steps}
    found |= {GROUP + group: str(label) for group, label in PriorityGroup.choices}
    found |= {ITEM + item.name: item.name for item in campaign.fitness_items.all()}
    return found | {BONUS: _("bonus points")}


def vocabulary(campaign: Campaign) -> list[Term]:
    """Every term of a campaign's plan."""
    steps = list(campaign.steps.all())
    keys, kinds = step_keys(steps), Counter(step.kind for step in steps)
    terms = [
        _step_term(step, keys[step.pk or -step.position], goes_by_kind=kinds[step.kind] == 1 or not step.name)
        for step in steps
    ]
    items = {item.name for item in campaign.fitness_items.all() if item.full_at is not None}
    terms += [Term(ITEM + name, name, frozenset({_folded(name)})) for name in sorted(items)]
    sizes = {p.group: Fraction(p.bonus) for p in campaign.priorities.all()}
    most = (sum if campaign.bonus_rule == BonusRule.SUM else max)([Fraction(0), *sizes.values()])
    bonus = gettext_lazy("bonus points")
    terms.append(Term(BONUS, str(bonus), _spoken(bonus, *MORE_WORDS[BONUS]), Fraction(most)))
    groups = [(g, PriorityGroup(g).label, size) for g, size in sizes.items()]
    terms += [Term(GROUP + g, str(label), _spoken(label, g), size) for g, label, size in groups]
    return terms


def _step_term(step: Step, key: str, *, goes_by_kind: bool) -> Term:
    """Of several steps of a kind the one without a name of its own goes by the kind's."""
    words = {_folded(key)} | ({_folded(step.name)} if step.name else set())
    if goes_by_kind:
        words |= _spoken(StepKind(step.kind).label, *MORE_WORDS.get(step.kind, ()))
    return Term(key, str(step), frozenset(words), Fraction(step.full_mark), step.is_scored or step.can_be_scored)


def _spoken(label: Any, *more: str) -> frozenset[str]:
    """A label in every language, in which a formula may be written whatever the reader's."""
    found = {_folded(word) for word in more}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found.add(_folded(str(label)))
    return frozenset(found)


def _folded(word: str) -> str:
    return " ".join(word.casefold().split())


def _meaning(terms: Iterable[Term]) -> dict[str, Term]:
    return {word: term for term in terms for word in term.words}


def bound(text: str, terms: Iterable[Term]) -> tuple[Node, list[Problem]]:
    """The formula with each name put as the key it stands for, and the names that stand for nothing.

    Raises `FormulaError` where it cannot be read at all.
    """
    meaning = _meaning(terms)
    tree, problems = parse(text), []
    for name in names(tree):
        term = meaning.get(_folded(name.word))
        if term is None:
            problems.append(_unknown(name, meaning))
        elif not term.is_scored:
            message = _("“%(word)s” at character %(at)d has no score that could count.")
            problems.append(Problem("formula_unscored", message % {"word": name.word, "at": name.at}, "formula"))
    keys = {word: term.key for word, term in meaning.items()}
    return renamed(tree, lambda name: keys.get(_folded(name.word), name.word)), problems


def _unknown(name: Name, meaning: dict[str, Term]) -> Problem:
    message = _("“%(word)s” at character %(at)d is no step, item or bonus of this plan.")
    usable = sorted({term.label for term in meaning.values() if term.is_scored})
    hint = _("Possible: %(words)s.") % {"words": "、".join(usable)}
    return Problem("formula_unknown_name", message % {"word": name.word, "at": name.at}, "formula", hint)


def own_tree(campaign: Campaign) -> Node | None:
    """The campaign's own formula; None where the weights are it. Raises `FormulaError`."""
    if not campaign.formula.strip():
        return None
    tree, problems = bound(campaign.formula, vocabulary(campaign))
    if problems:
        raise FormulaError(problems[0])
    return tree


# Judging


def formula_problems(campaign: Campaign) -> list[Problem]:
    """Whether the campaign's own formula names what exists, never divides by zero, gives 100 for full marks, and
    never gives less for a better mark. None where the weights are the formula."""
    if not campaign.formula.strip():
        return []
    terms = vocabulary(campaign)
    try:
        tree, problems = bound(campaign.formula, terms)
        if problems:
            return problems
        used = {name.word for name in names(tree)}
        marks = [term for term in terms if term.key in used and term.counts_as_mark]
        if not marks:
            return [Problem("formula_without_score", _("The formula counts no score at all."), "formula")]
        meaning = _meaning(terms)
        typed = parse(campaign.formula)  # with the words as they were typed: a problem names them
        span(typed, {n.word: (Fraction(0), meaning[_folded(n.word)].full) for n in names(typed)})
    except FormulaError as error:
        return [error.problem]
    by_key = {term.key: term for term in terms}
    return [
        *_full_mark_problems(tree, marks),
        *_item_problems(campaign, tree),
        *_bonus_problems(campaign, used),
        *_falling_problems(tree, used, by_key),
    ]


def _full_mark_problems(tree: Node, marks: list[Term]) -> list[Problem]:
    total = evaluate(tree, {term.key: term.full for term in marks})
    if total == HUNDRED:
        return []
    message = _("With full marks in everything the formula gives %(total)s; the weights have to add up to 100.")
    hint = _("For instance %(part)s.") % {"part": " + ".join(_share(term, len(marks)) for term in marks)}
    shown = f"{float(total):.2f}".rstrip("0").rstrip(".")
    return [Problem("weights_not_100", message % {"total": shown}, "formula", hint)]


def _share(term: Term, of: int) -> str:
    scale = "" if term.full == HUNDRED else f" / {term.full} * 100"
    return f"{term.label}{scale} / {of}"


def _bonus_problems(campaign: Campaign, used: set[str]) -> list[Problem]:
    promised = {p.group for p in campaign.priorities.all() if p.bonus}
    if not promised or BONUS in used or {GROUP + group for group in promised} <= used:
        return []
    message = _("The plan promises bonus points, but the formula does not count them: name “bonus”.")
    return [Problem("formula_without_bonus", message, "formula")]


LADDER = tuple(Fraction(n, 4) for n in range(5))


def _falling_problems(tree: Node, used: set[str], terms: dict[str, Term]) -> list[Problem]:
    """Tried out: each mark goes up in quarters while the others stand at the same level, or at their least or most."""
    keys = sorted(used)
    for key in keys:
        for others in LADDER:
            values = {other: terms[other].full * others for other in keys}
            totals = [evaluate(tree, values | {key: terms[key].full * part}) for part in LADDER]
            if any(after < before for before, after in pairwise(totals)):
                message = _("A better “%(word)s” can lower the total.")
                return [Problem("formula_falls", message % {"word": terms[key].label}, "formula")]
    return []


def weighted(weights: Iterable[tuple[str, Any]], full: dict[str, Fraction]) -> Node:
    """The formula that weights make: each score brought to 100, by its weight in per cent, and the bonus."""
    tree: Node | None = None
    for key, weight in weights:
        part: Node = Name(key, 0)
        if full.get(key, HUNDRED) != HUNDRED:
            mark = full[key]
            part = Operation("*", Operation("/", part, Number(mark, _figure(mark)), 0), Number(HUNDRED, "100"), 0)
        part = Operation("*", part, Number(Fraction(weight) / 100, f"{_figure(Fraction(weight))}%"), 0)
        tree = part if tree is None else Operation("+", tree, part, 0)
    bonus: Node = Name(BONUS, 0)
    return bonus if tree is None else Operation("+", tree, bonus, 0)


def _figure(value: Fraction) -> str:
    return f"{float(value):g}"


def item_names(node: Node) -> set[str]:
    """The fitness items that it names."""
    return {name.word.removeprefix(ITEM) for name in names(node) if name.word.startswith(ITEM)}


def _item_problems(campaign: Campaign, tree: Node) -> list[Problem]:
    """A named item is measured in a fitness test, and exists for everybody who may apply."""
    if item_names(tree) and not any(s.kind == StepKind.FITNESS for s in campaign.steps.all()):
        message = _("The formula counts fitness items, but the plan has no fitness test.")
        return [Problem("formula_items_unmeasured", message, "formula")]
    sought = {v.sex for v in campaign.vacancies.all()}
    sexes = {sex for sex in sought if sex} if sought and "" not in sought else set(Sex.values)
    found: dict[str, set[str]] = {}
    for item in campaign.fitness_items.all():
        if item.full_at is not None:
            found.setdefault(item.name, set()).add(item.sex)
    message = _("“%(item)s” has no limit with full marks for %(sex)s, so that their total would lack it.")
    return [
        Problem("formula_item_one_sex", message % {"item": name, "sex": Sex(sex).label}, "formula")
        for name in sorted(item_names(tree))
        for sex in sorted(sexes - found.get(name, set()))
    ]
