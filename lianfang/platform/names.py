"""Chinese personal names: keys to sort and to find them by."""

from __future__ import annotations

from functools import lru_cache

from pypinyin import Style, lazy_pinyin, pinyin
from pypinyin.contrib.tone_convert import to_normal

# Characters that as a surname are read otherwise than in most words.
SURNAME_READINGS = {
    "曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "任": "ren", "区": "ou", "朴": "piao", "查": "zha",
    "盖": "ge", "翟": "zhai", "尉": "wei", "万": "wan", "黑": "he", "缪": "miao", "宓": "fu", "乐": "yue",
    "员": "yun", "折": "she", "种": "chong", "繁": "po", "覃": "qin", "华": "hua", "燕": "yan", "令": "ling",
}  # fmt: skip


@lru_cache(maxsize=100_000)
def name_keys(name: str) -> tuple[str, str]:
    """Pinyin without tones, a space between syllables, and the initials: 张建国 → ("zhang jian guo", "zjg").

    Lower case. The space sorts before every letter, so that all 陈 (chen) come before any 程 (cheng).
    """
    syllables = _syllables(name)
    if name and name[0] in SURNAME_READINGS and syllables:
        syllables[0] = SURNAME_READINGS[name[0]]
    return " ".join(syllables), "".join(s[0] for s in syllables)


def _syllables(name: str) -> list[str]:
    readings = [_only_reading(character) for character in name]
    known = [r for r in readings if r]
    if len(known) == len(readings):
        return known
    found = lazy_pinyin(name, style=Style.NORMAL)  # several readings: the words around them decide
    return [clean for s in found if (clean := "".join(c for c in to_normal(s).lower() if c.isalnum()))]


@lru_cache(maxsize=20_000)
def _only_reading(character: str) -> str | None:
    """The reading of a Chinese character that has but one."""
    readings = set(pinyin(character, style=Style.NORMAL, heteronym=True)[0])
    if len(readings) != 1 or character.isascii():
        return None
    reading = str(to_normal(readings.pop()).lower())
    return reading if reading.isascii() and reading.isalpha() else None
