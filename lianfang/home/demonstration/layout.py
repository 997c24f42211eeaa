"""The units of the demonstration county, their strengths, beats and cover."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

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


class Days(Enum):
    """The days on which a post is wanted: schools are open, or they are not (weekends, holidays)."""

    EVERY = "every"
    SCHOOL = "school"
    FREE = "free"


@dataclass(frozen=True)
class Post:
    """A beat's need in one shift: the least and the wanted number of people."""

    beat: str
    shift: str
    minimum: int
    ideal: int
    days: Days = Days.EVERY

    def is_wanted(self, *, school_day: bool) -> bool:
        return self.days is Days.EVERY or (self.days is Days.SCHOOL) == school_day


@dataclass(frozen=True)
class SquadronPlan:
    """A squadron: the sizes of its groups, its beats (name and kind, in order), how it covers them."""

    number: int
    name: str
    short_name: str
    groups: tuple[int, ...]
    beats: tuple[tuple[str, str], ...]
    posts: tuple[Post, ...]
    population: int | None = None
    crews_rotate: bool = False  # whole groups change shifts together; else each person has a place in the rota

    @property
    def strength(self) -> int:
        return sum(self.groups)

    @property
    def code(self) -> str:
        return f"{DIVISION}01{self.number:02d}00"

    @property
    def school_places(self) -> int:
        """How many of the early shift stand at schools instead, on a school day."""
        return sum(post.ideal for post in self.posts if post.shift == "护")

    def group_code(self, number: int) -> str:
        return f"{DIVISION}01{self.number:02d}{number:02d}"


@dataclass(frozen=True)
class Town:
    """A town with its invented population and the names of its beats."""

    name: str
    population: int
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

    @property
    def beats(self) -> tuple[tuple[str, str], ...]:
        """Name and kind."""
        lines, points = (self.day_line, self.night_line), (self.market, self.station, *self.schools)
        return (self.district, "area"), *((b, "line") for b in lines), *((b, "point") for b in points)


TOWNS = (
    Town("城北", 48_130, "迎宾路巡线", "文化路夜巡线", "建行门口守点", "农贸市场守点"),
    Town("石桥", 82_360, "石桥大街巡线", "滨河路夜巡线", "集贸市场守点", "客运站守点"),
    Town("河口", 75_480, "码头路巡线", "沿河路夜巡线", "水产市场守点", "信用社守点"),
    Town("青山", 70_740, "青山大道巡线", "商业街夜巡线", "青山集市守点", "镇卫生院守点"),
    Town("东湖", 65_820, "环湖路巡线", "东湖街夜巡线", "东湖广场守点", "邮政所守点"),
    Town("柳林", 62_610, "柳林街巡线", "建设路夜巡线", "粮油市场守点", "镇卫生院守点"),
    Town("马头", 59_550, "运河路巡线", "古街夜巡线", "马头集市守点", "客运站守点"),
    Town("白沙", 56_270, "省道巡线", "白沙街夜巡线", "建材市场守点", "信用社守点"),
    Town("双河", 51_170, "双河街巡线", "河西路夜巡线", "双河集市守点", "镇卫生院守点"),
    Town("古城", 43_740, "南关街巡线", "古城墙夜巡线", "古城集市守点", "游客中心守点"),
    Town("龙泉", 42_480, "龙泉路巡线", "矿泉路夜巡线", "龙泉集市守点", "镇卫生院守点"),
    Town("云岭", 37_650, "山前路巡线", "云岭街夜巡线", "茶叶市场守点", "信用社守点"),
)

# For the number of people whom the rota gives a shift at least: (minimum, ideal) of its posts. A patrol goes in pairs.
POSTS_BY_CREW = {
    9: ((2, 3), (2, 2), (1, 2), (1, 2)),
    8: ((2, 2), (2, 2), (1, 2), (1, 2)),
    7: ((2, 3), (2, 2), (1, 2)),
    6: ((2, 2), (1, 2), (1, 2)),
    5: ((2, 2), (1, 2), (1, 1)),
    4: ((2, 2), (1, 2)),
    3: ((2, 2), (1, 1)),
    2: ((2, 2),),
}
TWO_PAIRS = 7
SCHOOL_PLACES = 2  # one at each of a town's two schools


def town_squadron(number: int, town: Town) -> SquadronPlan:
    """A town's squadron: two of nine places in the rota stand in each shift (`rota.NINE_DAYS`)."""
    posts = tuple(_town_posts(town))
    kept = {post.beat for post in posts}
    return SquadronPlan(
        number=number,
        name=f"{town.name}派出所巡防中队",
        short_name=f"{town.name}中队",
        groups=_divided(town.strength),
        beats=tuple((name, kind) for name, kind in town.beats if name in kept),
        posts=posts,
        population=town.population,
    )


def _town_posts(town: Town) -> Iterator[Post]:
    crew = town.strength * 2 // 9
    on_school_days, on_free_days = _posts("早", town, crew - SCHOOL_PLACES), _posts("早", town, crew)
    yield from (post for post in on_school_days if post in on_free_days)
    yield from (replace(post, days=Days.SCHOOL) for post in on_school_days if post not in on_free_days)
    yield from (replace(post, days=Days.FREE) for post in on_free_days if post not in on_school_days)
    yield from (*_posts("中", town, crew), *_posts("夜", town, crew))
    yield from (Post(school, "护", 1, 1, Days.SCHOOL) for school in town.schools)


def _posts(shift: str, town: Town, crew: int) -> list[Post]:
    """Two patrols where there are people for two pairs, else one; then the points."""
    line = town.day_line if shift == "早" else town.night_line
    points = (town.station, town.market) if shift == "夜" else (town.market, town.station)
    patrols = (town.district, line) if crew >= TWO_PAIRS else (line if shift == "中" else town.district,)
    sizes = zip((*patrols, *points), POSTS_BY_CREW[crew], strict=False)
    return [Post(beat, shift, minimum, ideal) for beat, (minimum, ideal) in sizes]


def _divided(strength: int) -> tuple[int, ...]:
    """Groups of about seven, as even as can be."""
    count = round(strength / 7)
    return tuple(strength // count + (n < strength % count) for n in range(count))


URBAN = SquadronPlan(
    number=90,
    name="城区特巡中队",
    short_name="特巡中队",
    groups=(20, 20, 20, 20, 20, 20),
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
        Post("第一小学护学岗", "护", 3, 5, Days.SCHOOL),
        Post("实验小学护学岗", "护", 3, 4, Days.SCHOOL),
        Post("实验中学护学岗", "护", 2, 4, Days.SCHOOL),
        Post("职业中专护学岗", "护", 2, 4, Days.SCHOOL),
        Post("第一幼儿园护学岗", "护", 2, 3, Days.SCHOOL),
    ),
)  # fmt: skip

SQUADRONS = (*(town_squadron(number, town) for number, town in enumerate(TOWNS, start=1)), URBAN)
STRENGTH = sum(plan.strength for plan in SQUADRONS)
