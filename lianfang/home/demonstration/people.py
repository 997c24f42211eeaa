"""The 468 invented members, as the rows of a 花名册: always the same people, with dates that follow today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random

from lianfang.home.demonstration.layout import COUNTY, SQUADRONS, STRENGTH, SquadronPlan
from lianfang.home.demonstration.names import invented_name
from lianfang.platform.id_numbers import invented_id_number
from lianfang.platform.workbook import Cell

VETERANS, GRADUATES = 156, 189
_OTHER_SOURCES = {"当地青年": 76, "社会招聘": 39, "单位借调": 8}
GROUP_NAMES = ("一组", "二组", "三组", "四组", "五组", "六组")

WOMEN = 0.17
SEED = 468
# Places in the list of all members.
_TRAINEES = frozenset({77, 203, 391})  # in pre-job training: no certificate yet
_EXPIRED = 160
_ENDING = {30: 12, 5: 25, 188: 31, 254: 45, 420: 58}  # days from today

_CADRES = ("组长", "副组长")
_DEGREES = {"高校毕业生": ("大专", "大专", "本科"), "退役军人": ("高中", "中专", "大专"), "": ("高中", "中专", "大专")}
_SCHOOLS = {
    "高中": ("示范县第一中学", "示范县第二中学"),
    "中专": ("示范县职业中等专业学校", "滨江技工学校"),
    "大专": ("滨江职业技术学院", "东原警官职业学院", "东原交通职业学院"),
    "本科": ("东原师范大学", "东原理工学院", "滨江学院"),
}
_MAJORS = {
    "大专": ("法律事务", "治安管理", "计算机应用", "汽车检测与维修", "会计"),
    "本科": ("法学", "行政管理", "思想政治教育", "计算机科学与技术", "体育教育"),
}


@dataclass(frozen=True)
class Member:
    """An invented member: a place in the organisation and what a 花名册 says of a person."""

    number: int
    squadron: SquadronPlan
    group: int  # from 0
    place: int  # in the rota: within the group where crews rotate, else within the squadron
    name: str
    sex: str
    born: dt.date
    id_number: str
    phone: str
    political_status: str
    education: str
    school: str
    major: str
    source: str
    position: str
    level: str
    hired_on: dt.date
    contract_until: dt.date
    certificate: tuple[str, dt.date, dt.date] | None  # number, from, until

    @property
    def group_name(self) -> str:
        return GROUP_NAMES[self.group]


def invented_members(today: dt.date, plans: Sequence[SquadronPlan] = SQUADRONS) -> list[Member]:
    """The members of these squadrons, one after the other; the same people whichever squadrons are asked for."""
    chance = Random(SEED)  # noqa: S311 - invented people, no secrets
    sources = _sources(chance)
    members = [
        _member(number, *place, source, today, chance)
        for number, (place, source) in enumerate(zip(_places(), sources, strict=True))
    ]
    return [member for member in members if member.squadron in plans]


def _sources(chance: Random) -> list[str]:
    counts = {"退役军人": VETERANS, "高校毕业生": GRADUATES, **_OTHER_SOURCES}
    sources = [source for source, count in counts.items() for _ in range(count)]
    if len(sources) != STRENGTH:
        raise ValueError("the sources must add up to the county's strength")
    chance.shuffle(sources)
    return sources


def _places() -> Iterator[tuple[SquadronPlan, int, int, int]]:
    """Squadron, group, place in the rota, place in the group: as the members stand in the list."""
    for plan in SQUADRONS:
        place = 0
        for group, size in enumerate(plan.groups):
            for within in range(size):
                yield plan, group, within if plan.crews_rotate else place, within
                place += 1


def _member(
    number: int,
    plan: SquadronPlan,
    group: int,
    place: int,
    within: int,
    source: str,
    today: dt.date,
    chance: Random,
) -> Member:
    sex = "male" if source == "退役军人" or chance.random() > WOMEN else "female"
    age = chance.randint(20 * 365, 26 * 365) if source == "高校毕业生" else chance.randint(22 * 365, 38 * 365)
    service = chance.randint(200, 7 * 365)
    trainee = number in _TRAINEES
    hired_on = today - dt.timedelta(days=20 if trainee else service)
    born = hired_on - dt.timedelta(days=age)
    education = chance.choice(_DEGREES.get(source) or _DEGREES[""])
    return Member(
        number=number,
        squadron=plan,
        group=group,
        place=place,
        name=invented_name(chance, sex),
        sex=sex,
        born=born,
        id_number=invented_id_number(born, sex, number),
        # 170 0000 0000 and on: nobody's numbers, but of the right form.
        phone=f"1700000{number:04d}",
        political_status=chance.choices(("群众", "共青团员", "中共党员"), (5, 4, 3))[0],
        education=education,
        school=chance.choice(_SCHOOLS[education]),
        major=chance.choice(_MAJORS.get(education, ("",))),
        source=source,
        position=_CADRES[within] if within < len(_CADRES) else "巡逻员",
        level="见习" if trainee else ("五级", "四级", "三级", "二级")[min(service // 730, 3)],
        hired_on=hired_on,
        contract_until=_contract_end(hired_on, today),
        certificate=None if trainee else _certificate(number, hired_on, today, chance),
    )


def _contract_end(hired_on: dt.date, today: dt.date) -> dt.date:
    """Contracts run for three years and have been renewed so far."""
    ends = (_years_on(hired_on, 3 * term) - dt.timedelta(days=1) for term in count(1))
    return next(end for end in ends if end > today)


def _certificate(number: int, hired_on: dt.date, today: dt.date, chance: Random) -> tuple[str, dt.date, dt.date]:
    """Valid for three years at most; issued a month after the hiring at the earliest."""
    until = today + dt.timedelta(days=_ENDING.get(number, chance.randint(100, 800)))
    if number == _EXPIRED:
        until = month_before(today.replace(day=1)) + dt.timedelta(days=9)
    issued = max(_years_on(until, -3), hired_on + dt.timedelta(days=30))
    return f"SF{issued:%Y}{number:04d}", issued, until


def _years_on(day: dt.date, years: int) -> dt.date:
    return day.replace(year=day.year + years, day=min(day.day, 28))


def month_before(first: dt.date) -> dt.date:
    """The first day of the month before the one that begins on `first`."""
    return (first - dt.timedelta(days=1)).replace(day=1)


def month_after(first: dt.date) -> dt.date:
    """The first day of the month after the one that begins on `first`."""
    return (first + dt.timedelta(days=31)).replace(day=1)


_TITLES = (
    "序号 工作单位 中队 班组 姓名 性别 公民身份号码 出生日期 民族 籍贯 政治面貌 手机 学历 毕业院校 专业 人员来源 "
    "是否退役军人 人员类别 岗位 层级 入职日期 合同期起 合同期止 上岗证号 上岗证发证日期 上岗证有效期"
)
HEADER = _TITLES.split()


def roster_row(member: Member) -> list[Cell]:
    """The member's row of the 花名册, in the order of `HEADER`."""
    number, issued, until = member.certificate or ("", "", "")
    return [
        member.number + 1, f"{COUNTY}公安局", member.squadron.name, member.group_name, member.name,
        "男" if member.sex == "male" else "女", member.id_number, member.born, "汉族", COUNTY,
        member.political_status, member.phone, member.education, member.school, member.major, member.source,
        "是" if member.source == "退役军人" else "否", "勤务辅警", member.position, member.level, member.hired_on,
        member.hired_on, member.contract_until, number, issued, until,
    ]  # fmt: skip
