"""The units of the demonstration county, their strengths, beats and cover."""

from __future__ import annotations

from dataclasses import dataclass

# Division codes that begin with 9901 are given to no place.
DIVISION = "990101"
COUNTY = "示范县"
PATROLS_PER_10000 = 5  # the towns' standard (handbook T3)


@dataclass(frozen=True)
class ShiftPlan:
    """A shift type as it is set up in each squadron. `starts_at` in hours of the day."""

    code: str
    name: str
    key: str
    starts_at: int
    hours: int
    colour: str
    is_night: bool = False
    counting_factor: str = "1"


SHIFTS = (
    ShiftPlan("早", "早班", "z", 6, 8, "amber"),
    ShiftPlan("中", "中班", "x", 14, 8, "green"),
    ShiftPlan("夜", "夜班", "c", 22, 8, "indigo", is_night=True),
    # The school day with its pauses: ten hours there, eight of them counted.
    ShiftPlan("护", "护学班", "h", 7, 10, "teal", counting_factor="0.8"),
    ShiftPlan("备", "备勤", "b", 18, 8, "slate", counting_factor="0.5"),
)


@dataclass(frozen=True)
class Post:
    """A beat's need in one shift: the least and the wanted number of people."""

    beat: str
    shift: str
    minimum: int
    ideal: int
    on_school_days: bool = False


@dataclass(frozen=True)
class SquadronPlan:
    """A squadron: who is in it, which beats it keeps, how it covers them.

    `groups`: the sizes of the groups that work round the clock; `school_group`: the size of the one on school days.
    `beats`: name and kind, in order.
    """

    number: int
    name: str
    short_name: str
    groups: tuple[int, ...]
    school_group: int
    beats: tuple[tuple[str, str], ...]
    posts: tuple[Post, ...]
    population: int | None = None
    crews_rotate: bool = False  # whole groups change shifts together; else each person has a place in the rota

    @property
    def strength(self) -> int:
        return sum(self.groups) + self.school_group

    @property
    def code(self) -> str:
        return f"{DIVISION}01{self.number:02d}00"

    def group_code(self, number: int) -> str:
        return f"{DIVISION}01{self.number:02d}{number:02d}"


@dataclass(frozen=True)
class Town:
    """A town with its invented population and the names of its beats."""

    name: str
    population: int
    school_group: int
    day_line: str
    night_line: str
    market: str
    station: str

    @property
    def strength(self) -> int:
        """Full-time patrol members by the standard of 5 per 10,000 residents."""
        return round(self.population * PATROLS_PER_10000 / 10_000)

    @property
    def district(self) -> str:
        return f"{self.name}片区"

    @property
    def schools(self) -> tuple[str, str]:
        return f"{self.name}小学护学岗", f"{self.name}中学护学岗"


TOWNS = (
    Town("城北", 48_130, 6, "迎宾路巡线", "文化路夜巡线", "建行门口守点", "农贸市场守点"),
    Town("石桥", 82_360, 6, "石桥大街巡线", "滨河路夜巡线", "集贸市场守点", "客运站守点"),
    Town("河口", 75_480, 6, "码头路巡线", "沿河路夜巡线", "水产市场守点", "信用社守点"),
    Town("青山", 70_740, 5, "青山大道巡线", "商业街夜巡线", "青山集市守点", "镇卫生院守点"),
    Town("东湖", 65_820, 6, "环湖路巡线", "东湖街夜巡线", "东湖广场守点", "邮政所守点"),
    Town("柳林", 62_610, 4, "柳林街巡线", "建设路夜巡线", "粮油市场守点", "镇卫生院守点"),
    Town("马头", 59_550, 4, "运河路巡线", "古街夜巡线", "马头集市守点", "客运站守点"),
    Town("白沙", 56_270, 4, "省道巡线", "白沙街夜巡线", "建材市场守点", "信用社守点"),
    Town("双河", 51_170, 4, "双河街巡线", "河西路夜巡线", "双河集市守点", "镇卫生院守点"),
    Town("古城", 43_740, 4, "南关街巡线", "古城墙夜巡线", "古城集市守点", "游客中心守点"),
    Town("龙泉", 42_480, 3, "龙泉路巡线", "矿泉路夜巡线", "龙泉集市守点", "镇卫生院守点"),
    Town("云岭", 37_650, 3, "山前路巡线", "云岭街夜巡线", "茶叶市场守点", "信用社守点"),
)

# For the number of people whom the rota gives a shift: (minimum, ideal) of its posts, the most important first.
POSTS_BY_CREW = {
    8: ((2, 2), (2, 2), (1, 2), (1, 2)),
    7: ((2, 3), (2, 2), (1, 2)),
    6: ((2, 2), (2, 2), (1, 2)),
    5: ((2, 3), (1, 2)),
    4: ((2, 2), (1, 2)),
}


def town_squadron(number: int, town: Town) -> SquadronPlan:
    """A town's squadron: two of nine places in the rota stand in each shift (`rota.NINE_DAYS`)."""
    patrols = town.strength - town.school_group
    sizes = POSTS_BY_CREW[-(-patrols * 2 // 9)]
    by_shift = {
        "早": (town.district, town.day_line, town.market, town.station),
        "中": (town.district, town.night_line, town.market, town.station),
        "夜": (town.district, town.night_line, town.station, town.market),
    }
    posts = [
        Post(beat, shift, *size) for shift, beats in by_shift.items() for beat, size in zip(beats, sizes, strict=False)
    ]
    half = town.school_group // 2
    school_sizes = (town.school_group - half, half)
    posts += [Post(s, "护", 1, n, on_school_days=True) for s, n in zip(town.schools, school_sizes, strict=True)]
    kept = {post.beat for post in posts}
    kinds = [(town.district, "area"), (town.day_line, "line"), (town.night_line, "line"), (town.market, "point")]
    kinds += [(town.station, "point"), *((school, "point") for school in town.schools)]
    return SquadronPlan(
        number=number,
        name=f"{town.name}派出所巡防中队",
        short_name=f"{town.name}中队",
        groups=_divided(patrols),
        school_group=town.school_group,
        beats=tuple((name, kind) for name, kind in kinds if name in kept),
        posts=tuple(posts),
        population=town.population,
    )


def _divided(patrols: int) -> tuple[int, ...]:
    """Patrols in groups of six to ten, as even as can be."""
    count = max(2, round(patrols / 7))
    return tuple(patrols // count + (n < patrols % count) for n in range(count))


URBAN = SquadronPlan(
    number=90,
    name="城区特巡中队",
    short_name="特巡中队",
    groups=(20, 20, 20, 20, 20),
    school_group=20,
    crews_rotate=True,
    beats=(
        ("老城片区", "area"),
        ("新城片区", "area"),
        ("人民路巡线", "line"),
        ("滨河路夜巡线", "line"),
        ("汽车站守点", "point"),
        ("县医院守点", "point"),
        ("市民广场守点", "point"),
        ("应急备勤室", "point"),
        ("第一小学护学岗", "point"),
        ("实验小学护学岗", "point"),
        ("实验中学护学岗", "point"),
        ("职业中专护学岗", "point"),
        ("第一幼儿园护学岗", "point"),
    ),
    posts=(
        Post("老城片区", "早", 4, 5),
        Post("新城片区", "早", 4, 5),
        Post("人民路巡线", "早", 2, 3),
        Post("汽车站守点", "早", 2, 3),
        Post("县医院守点", "早", 2, 2),
        Post("市民广场守点", "早", 1, 2),
        Post("老城片区", "中", 4, 5),
        Post("新城片区", "中", 4, 5),
        Post("人民路巡线", "中", 2, 3),
        Post("汽车站守点", "中", 2, 2),
        Post("县医院守点", "中", 2, 2),
        Post("市民广场守点", "中", 2, 3),
        Post("老城片区", "夜", 4, 5),
        Post("新城片区", "夜", 4, 5),
        Post("滨河路夜巡线", "夜", 4, 6),
        Post("汽车站守点", "夜", 2, 2),
        Post("县医院守点", "夜", 2, 2),
        Post("应急备勤室", "备", 2, 4),
        Post("第一小学护学岗", "护", 3, 5, on_school_days=True),
        Post("实验小学护学岗", "护", 3, 4, on_school_days=True),
        Post("实验中学护学岗", "护", 2, 4, on_school_days=True),
        Post("职业中专护学岗", "护", 2, 4, on_school_days=True),
        Post("第一幼儿园护学岗", "护", 2, 3, on_school_days=True),
    ),
)  # fmt: skip

SQUADRONS = (*(town_squadron(number, town) for number, town in enumerate(TOWNS, start=1)), URBAN)
STRENGTH = sum(plan.strength for plan in SQUADRONS)
