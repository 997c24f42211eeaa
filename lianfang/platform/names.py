"""Chinese personal names: keys to sort and to find them by."""

from __future__ import annotations

from functools import lru_cache

from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT
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
    readings = [_reading(character) for character in name]
    known = [r for r in readings if r]
    if len(known) == len(readings) and not _has_word(name):
        return known
    found = lazy_pinyin(name, style=Style.NORMAL)  # the words in it decide how their characters are read
    return [clean for s in found if (clean := "".join(c for c in to_normal(s).lower() if c.isalnum()))]


def _has_word(name: str) -> bool:
    """Whether characters of the name stand side by side as a word of the dictionary."""
    ends = range(2, len(name) + 1)
    return any(name[start:end] in PHRASES_DICT for end in ends for start in range(end - 1))


@lru_cache(maxsize=20_000)
def _reading(character: str) -> str | None:
    """How a Chinese character is read by itself; None for any other."""
    found = lazy_pinyin(character, style=Style.NORMAL)
    reading = "" if character.isascii() or not found else str(to_normal(found[0]).lower())
    return reading if reading.isascii() and reading.isalpha() else None
