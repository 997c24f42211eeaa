"""Chinese personal names: keys to sort and to find them by."""

from __future__ import annotations

from functools import lru_cache

from pypinyin import Style, lazy_pinyin
from pypinyin.contrib.tone_convert import to_normal

# Characters that as a surname are read otherwise than in most words.
SURNAME_READINGS = {
    "曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "任": "ren", "区": "ou", "朴": "piao", "查": "zha",
    "盖": "ge", "翟": "zhai", "尉": "wei", "万": "wan", "黑": "he", "缪": "miao", "宓": "fu", "乐": "yue",
    "员": "yun", "折": "she", "种": "chong", "繁": "po", "覃": "qin", "华": "hua", "燕": "yan", "令": "ling",
}  # fmt: skip


@lru_cache(maxsize=100_000)
def name_keys(name: str) -> tuple[str, str]:
    """Pinyin without tones and spaces, and the initials: 张建国 → ("zhangjianguo", "zjg"); both lower case."""
    syllables = [to_normal(s).lower() for s in lazy_pinyin(name, style=Style.NORMAL)]
    if name and name[0] in SURNAME_READINGS and syllables:
        syllables[0] = SURNAME_READINGS[name[0]]
    clean = ["".join(c for c in s if c.isalnum()) for s in syllables]
    return "".join(clean), "".join(s[0] for s in clean if s)
