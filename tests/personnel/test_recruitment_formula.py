"""The language of formulas, and what makes one impossible (handbook P3, P5)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.platform.problems import Refused
from personnel.models import Campaign, RankingRow, Step
from personnel.rules.recruitment.formula import FormulaError, evaluate, half_up, parse, printed
from personnel.rules.recruitment.ranking import formula_text
from personnel.rules.recruitment.terms import formula_problems
from personnel.services.recruitment import applications, board, campaigns, places, ranking
from teams.models import User
from tests.conftest import County
from tests.personnel.recruiting import (
    STEPS,
    freeze_at,
    make_application,
    make_campaign,
    make_draft,
    make_standard,
    pass_step,
    score,
    tick_off,
)

VALUES = {"a": Fraction(80), "b": Fraction(90), "c": Fraction(61), "笔试": Fraction(70), "4×10米折返跑": Fraction(66)}


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("a * 0.4 + b * 0.6", "86"),
        ("总成绩 = a × 40% ＋ b×60％", "86"),
        ("(a + b) / 2 - c ÷ 2", "54.5"),
        ("a - b - c", "-71"),
        ("a - (b - c)", "51"),
        ("-a + 100", "20"),
        ("max(a, b, c) * 50% + 最低（a，b，c）* 50%", "75.5"),
        ("平均(a, b, c)", "77"),
        ("trimmed(a, b, c)", "80"),
        ("cap(a + b, 100)", "100"),
        ("round(c / 3) * 3", "60.99"),
        ("“4×10米折返跑” * 0.5 + 笔试 / 140 * 100 * 0.5", "58"),
        (".5 * a。", "40"),
        ("a / 3 * 3", "80"),
    ],
)
def test_formula_reckons(text: str, worth: str) -> None:
    assert evaluate(parse(text), VALUES) == Fraction(worth)


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("a * 0.4 + ", "formula_unfinished", "0.4 +"),
        ("a ** b", "formula_unreadable", "4"),
        ("a 2", "formula_unreadable", "3"),
        ("__import__('os')", "formula_unreadable", "12"),
        ("__import__(os)", "formula_function", "__import__"),
        ("a.real", "formula_unreadable", "2"),
        ("a if b > c", "formula_unreadable", "8"),
        ("sqrt(a)", "formula_function", "sqrt"),
        ("trimmed(a, b)", "formula_arguments", "trimmed"),
        ("a[0]", "formula_unreadable", "2"),
        ("(" * 60 + "a" + ")" * 60, "formula_too_deep", ""),
        ("a +" * 200 + "a", "formula_too_long", ""),
        ("1000000米", "", ""),
    ],
)
def test_what_is_no_formula(text: str, code: str, place: str) -> None:
    if not code:
        assert parse(text)
        return
    with pytest.raises(FormulaError) as error:
        parse(text)
    assert error.value.problem.code == code
    assert place in str(error.value.problem.message)


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> str:
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(["a", "b", "c", "2", "0.25", "30%"]))
    kind = draw(st.sampled_from(["+", "-", "*", "max", "average", "minus", "bracket"]))
    left = draw(trees(depth=depth - 1))
    if kind == "minus":
        return f"-({left})"
    if kind == "bracket":
        return f"({left})"
    right = draw(trees(depth=depth - 1))
    return f"({left}) {kind} ({right})" if kind in "+-*" else f"{kind}({left}, {right})"


@given(trees())
def test_printed_formula_is_the_same_formula(text: str) -> None:
    tree = parse(text)
    words = {"highest": "max", "average": "average", "最高": "max", "平均": "average"}
    again = printed(tree)
    for label, word in words.items():
        again = again.replace(f"{label}(", f"{word}(")
    assert evaluate(parse(again), VALUES) == evaluate(tree, VALUES)


@given(st.integers(0, 10**9), st.integers(1, 997))
def test_half_up_of_a_fraction_is_exact(over: int, under: int) -> None:
    value = Fraction(over, under)
    cents = half_up(value) * 100
    assert abs(Fraction(cents) - value * 100) <= Fraction(1, 2)
    assert Fraction(cents) - value * 100 != Fraction(-1, 2)  # a half goes up


def drafted(county: County, leader: User, formula: str, **fields: object) -> Campaign:
    draft = make_draft(county.squadron, leader)
    campaigns.set_steps(
        by=leader,
        campaign=draft,
        steps=[
            {"kind": "fitness", "is_scored": True},
            {"kind": "eligibility"},
            {"kind": "written", "full_mark": 120, "pass_mark": 72},
            {"kind": "vetting"},
            {"kind": "interview", "ratio": 3, "pass_mark": 60},
            {"kind": "other", "name": "专业技能", "is_scored": True},
            {"kind": "notice"},
            {"kind": "medical", "ratio": 1},
            {"kind": "hire"},
        ],
    )
    campaigns.set_priorities(by=leader, campaign=draft, priorities=[{"group": "veteran", "bonus": 5}])
    campaigns.change_campaign(by=leader, campaign=draft, formula=formula, **fields)
    return Campaign.objects.get(pk=draft.pk)


GOOD = "笔试 / 120 * 100 * 0.3 + 体能 * 20% + 面试 * 30% + 专业技能 * 20% + cap(加分, 5)"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("formula", "code", "place"),
    [
        (GOOD.replace("20%", "30%", 1), "weights_not_100", "110"),
        (GOOD.replace("体能", "口才"), "formula_unknown_name", "口才"),
        (GOOD.replace("体能", "体检"), "formula_unscored", "体检"),
        ("笔试 / (面试 - 面试) + 加分", "formula_divides_by_zero", "4"),
        ("笔试 / 120 * 100 + 面试 / (体能 + 专业技能) + 加分", "formula_divides_by_zero", "体能 + 专业技能"),
        (GOOD.split(" + cap", maxsplit=1)[0], "formula_without_bonus", ""),
        ("average(面试, 100 - 体能 + 专业技能) + 加分", "formula_falls", ""),
        ("100 + 加分", "formula_without_score", ""),
        ("笔试 *", "formula_unfinished", "笔试 *"),
        ("written test if interview", "formula_unknown_name", "written test if interview"),
    ],
)
def test_impossible_formula_is_refused_when_saved(
    county: County, leader: User, formula: str, code: str, place: str
) -> None:
    with pytest.raises(Refused) as refused:
        drafted(county, leader, formula)
    problem = refused.value.problems[0]
    assert (problem.code, problem.field) == (code, "formula")
    assert place in str(problem.message)


@pytest.mark.django_db
def test_campaign_by_its_own_formula_and_order(county: County, leader: User, brigade_staff: User) -> None:
    """Fitness before eligibility, vetting before the interview, the medical after the notice."""
    make_standard(county.squadron)
    campaign = drafted(county, leader, GOOD, tie_breaks=["other", "older"])
    assert Step.objects.get(campaign=campaign, kind="interview").is_scored  # named by the formula
    assert formula_problems(campaign) == []
    assert "100" in formula_text(campaign)
    campaigns.submit_campaign(by=leader, campaign=campaign)
    campaign = campaigns.approve_campaign(by=brigade_staff, campaign=campaign)
    people = [make_application(campaign, name, claims=["veteran"]) for name in ("甲", "乙", "丙", "丁")]
    pks = [p.pk for p in people]
    applications.confirm_claims(by=leader, application=people[3], claims=["veteran"])
    marks = dict(zip(pks, ("80", "80", "100", "60"), strict=True))
    score(campaign, "fitness", leader, marks)
    pass_step(campaign, "fitness", pks)
    pass_step(campaign, "eligibility", pks)
    with pytest.raises(Refused):
        score(campaign, "written", leader, {pks[0]: "120.01"})
    score(campaign, "written", leader, dict(zip(pks, ("120", "72", "96", "120"), strict=True)))
    pass_step(campaign, "written", pks)
    for person in people:
        tick_off(person)
    pass_step(campaign, "vetting", pks)
    assert places.fill(campaign, campaign.steps.get(kind="interview")) == 3
    left = Campaign.objects.get(pk=campaign.pk).applications.get(waiting=True)
    assert left.pk == pks[1]
    inside = [pk for pk in pks if pk != left.pk]
    score(campaign, "interview", leader, dict.fromkeys(inside, "70"))
    pass_step(campaign, "interview", inside)
    score(campaign, "other", leader, dict.fromkeys(inside, "90"))
    pass_step(campaign, "other", inside)
    ranking.freeze(by=leader, campaign=campaign)
    rows = list(RankingRow.objects.order_by("rank").values_list("application_id", "total"))
    # 笔试 100/80/100 × 30 %, 体能 80/100/60 × 20 %, 面试 70 × 30 %, 专业技能 90 × 20 %, 退役军人 +5
    assert rows == [(pks[3], Decimal("86.00")), (pks[0], Decimal("85.00")), (pks[2], Decimal("83.00"))]
    board.let_in(by=leader, campaign=campaign, step=campaign.steps.get(kind="notice"))
    assert campaign.applications.get(step__kind="notice", waiting=False).pk == pks[3]


@pytest.mark.django_db
def test_items_with_points_count_in_the_formula(county: County, leader: User, brigade_staff: User) -> None:
    """1000 m in 270 s is worth 60 points, in 210 s 100; the fitness score is the mean of the items."""
    make_standard(county.squadron)
    draft = make_draft(county.squadron, leader, steps=[*STEPS[:2], {"kind": "fitness", "is_scored": True}, *STEPS[2:]])
    items: list[dict[str, object]] = [
        {"name": "长跑", "sex": sex, "limit": Decimal(270), "full_at": Decimal(210), "less_is_better": True}
        for sex in ("male", "female")
    ]
    items.append({"name": "俯卧撑", "sex": "male", "limit": 20, "full_at": 60, "less_is_better": False})
    campaigns.set_fitness_items(by=leader, campaign=draft, items=items)
    with pytest.raises(Refused) as refused:
        campaigns.change_campaign(by=leader, campaign=draft, formula="笔试 * 0.5 + 俯卧撑 * 0.5")
    assert [p.code for p in refused.value.problems] == ["formula_item_one_sex"]
    campaigns.change_campaign(by=leader, campaign=draft, formula="笔试 * 0.5 + max(长跑, 体能) * 0.2 + 面试 * 30%")
    campaigns.submit_campaign(by=leader, campaign=draft)
    campaign = campaigns.approve_campaign(by=brigade_staff, campaign=draft)
    person = make_application(campaign)
    pass_step(campaign, "eligibility", [person.pk])
    score(campaign, "written", leader, {person.pk: "80"})
    pass_step(campaign, "written", [person.pk])
    person = campaign.applications.select_related("campaign__unit", "step").get()
    run, push = (campaign.fitness_items.get(name=n, sex="male").pk for n in ("长跑", "俯卧撑"))
    board.save_fitness(by=leader, application=person, values={run: Decimal(225), push: Decimal(20)})
    assert person.results.get(step__kind="fitness").score == Decimal("75.00")  # 90 and 60
    pass_step(campaign, "fitness", [person.pk])
    score(campaign, "interview", leader, {person.pk: "70"})
    pass_step(campaign, "interview", [person.pk])
    frozen = ranking.freeze(by=leader, campaign=campaign)
    assert frozen.rows.get().total == Decimal("79.00")  # 40 + 18 + 21
    assert frozen.rows.get().scores["item:长跑"]["score"] == "90.00"


@pytest.mark.django_db
def test_steps_of_one_kind_need_names(county: County, leader: User, brigade_staff: User) -> None:
    make_standard(county.squadron)
    draft = make_draft(county.squadron, leader)
    twice = [*STEPS[:3], {"kind": "interview", "weight": 0}, *STEPS[3:]]
    with pytest.raises(Refused) as refused:
        campaigns.set_steps(by=leader, campaign=draft, steps=twice)
    assert {p.code for p in refused.value.problems} == {"step_twice"}
    twice[3] = {"kind": "interview", "name": "复面"}
    campaigns.set_steps(by=leader, campaign=draft, steps=twice)
    formula = "总成绩 ＝ written test * 40% + max(面试, 复面) * 60%。"
    campaigns.change_campaign(by=leader, campaign=draft, formula=formula, tie_breaks=["interview2"])
    assert "复面" in formula_text(Campaign.objects.get(pk=draft.pk))
    with pytest.raises(Refused) as refused:
        campaigns.set_steps(by=leader, campaign=draft, steps=[*STEPS, {"kind": "notice", "name": "二次公示"}])
    assert {p.code for p in refused.value.problems} == {"step_twice"}


@pytest.mark.django_db
def test_weights_with_another_full_mark_are_brought_to_100(county: County, leader: User, brigade_staff: User) -> None:
    make_standard(county.squadron)
    steps = [s | ({"full_mark": 150} if s["kind"] == "written" else {}) for s in STEPS]
    campaign = make_campaign(county.squadron, leader, brigade_staff, steps=steps)
    person = make_application(campaign)
    freeze_at(campaign, leader, {person.pk: ("120", "80")})
    assert campaign.rankings.get().rows.get().total == Decimal("80.00")
