"""What the cells of a roster workbook mean: dates in every form, yes and no, choices by the words stations use."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from functools import lru_cache
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from lianfang.platform.workbook import EXACT_FLOAT, Cell
from personnel.models import Education, PoliticalStatus, Sex, Source, StaffCategory
from personnel.roster_workbook.table import text_of

Edge = Literal["first", "last"]
REMEMBERED = 20_000  # a column repeats itself: units, categories, days

_DAY = re.compile(
    r"(?P<y>\d{4})(?:\s*[.\-/\\、,年]\s*|\s)(?P<m>\d{1,2})(?!\d)"
    r"(?:(?:\s*[.\-/\\、,月]\s*|\s)(?P<d>\d{1,2})(?!\d)\s*[日号.]?|\s*月|\.)?"
    r"(?:[ T]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?)?"
)
_DAY_OR_DIGITS = re.compile(_DAY.pattern + r"|\d{8}")
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_MARKS = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_NOTHING = ("无", "-", "—", "/", "暂无", "不详")
# What most cells look like already.
_PLAIN_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_OPEN_END = re.compile(r"长期|无固定|永久|至今")
# Excel's own count of days, where a cell lost its date format: 1941 to 2118.
_SERIALS = range(15_000, 80_000)
_EPOCH = dt.date(1899, 12, 30)


class UnreadableError(ValueError):
    """A cell that cannot be what its column says; `message` is the reason for the bad row."""

    def __init__(self, message: Any) -> None:
        super().__init__("unreadable")
        self.message = message


def plain(value: Cell | None) -> str:
    """Text in half width with single spaces."""
    return _plain(text_of(value))


@lru_cache(maxsize=REMEMBERED)
def _plain(text: str) -> str:
    if text.isascii() and text.isalnum():
        return text
    # An apostrophe keeps a spreadsheet from counting and is no part of the text; direction marks come along from chats.
    text = _MARKS.sub("", text).removeprefix("'")
    return " ".join(unicodedata.normalize("NFKC", text).split())


def date(value: Cell | None, edge: Edge = "first") -> dt.date | None:
    """A day. Where only the month is written, its first or its last day. Raises `UnreadableError`."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_number(float(value), edge)
    return _from_text(plain(value), edge)


@lru_cache(maxsize=REMEMBERED)
def _from_text(text: str, edge: Edge) -> dt.date | None:
    if not text or _OPEN_END.search(text) or text in _NOTHING:
        return None
    match = _DAY.fullmatch(text)
    if match:
        return _day(match["y"], match["m"], match["d"], edge)
    match = _DIGITS.fullmatch(text)
    if match:
        return _day(match[1], match[2], match[3], edge)
    if re.fullmatch(r"\d{5}", text) and int(text) in _SERIALS:
        return _EPOCH + dt.timedelta(days=int(text))
    raise UnreadableError(_("is no date; write it like 2019-07-01"))


def is_month_of(value: Cell | None, day: dt.date) -> bool:
    """Whether the cell names no more than the month that `day` lies in: 2019.07, 2019年7月, 201907."""
    text = plain(value)
    match = _DAY.fullmatch(text)
    is_month_only = match["d"] is None if match else bool(re.fullmatch(r"\d{6}", text))
    return is_month_only and date(value) == day.replace(day=1)


def _from_number(number: float, edge: Edge) -> dt.date:
    if number.is_integer():
        if int(number) in _SERIALS:
            return _EPOCH + dt.timedelta(days=int(number))
        match = _DIGITS.fullmatch(f"{number:.0f}")
        if match:
            return _day(match[1], match[2], match[3], edge)
    else:
        year, _dot, month = f"{number:.10g}".partition(".")
        if len(year) == 4 and len(month) == 2:
            return _day(year, month, None, edge)
        if len(year) == 4 and len(month) == 1:
            if month != "1":  # 2019.7; but 2019.1 may be January, or October whose zero got lost
                return _day(year, month, None, edge)
            raise UnreadableError(_("is a number that may mean January or October; write it like 2019-01-01"))
        if _SERIALS.start <= number < _SERIALS.stop:  # neither NaN nor infinity does
            return _EPOCH + dt.timedelta(days=int(number))
    raise UnreadableError(_("is no date; write it like 2019-07-01"))


def _day(year: str, month: str, day: str | None, edge: Edge) -> dt.date:
    try:
        first = dt.date(int(year), int(month), 1)
        if day is None:
            last = calendar.monthrange(first.year, first.month)[1]
            return first if edge == "first" else first.replace(day=last)
        return first.replace(day=int(day))
    except ValueError:
        raise UnreadableError(_("is no day of the calendar")) from None


def span(value: Cell | None) -> tuple[dt.date | None, dt.date | None]:
    """From and until of a cell such as 2021.07.01-2024.06.30 or 2021年7月至2024年6月."""
    text = plain(value)
    if not text:
        return None, None
    found = [match.group() for match in _DAY_OR_DIGITS.finditer(text)]
    if len(found) == 2:
        return date(found[0], "first"), date(found[1], "last")
    if len(found) == 1 and _OPEN_END.search(text):
        return date(found[0], "first"), None
    raise UnreadableError(_("needs a first and a last day, like 2021-07-01 to 2024-06-30"))


def name(value: Cell | None) -> str:
    """A person's name: no spaces inside a Chinese one, one kind of dot in the names that have dots."""
    if isinstance(value, str) and _PLAIN_NAME.fullmatch(value):
        return value
    text = re.sub(r"[•・‧∙⋅.]", "·", plain(value))
    if re.search(r"[\u3400-\u9fff\U00020000-\U0003ffff]", text):
        text = text.replace(" ", "")
    if text and not re.fullmatch(r"[A-Za-z\u3400-\u9fff\U00020000-\U0003ffff〇·' \-]{2,40}", text):
        raise UnreadableError(_("is no name of a person"))
    return text


def id_text(value: Cell | None) -> str:
    """An ID number's characters. Raises `UnreadableError` for a number whose last digits Excel has dropped."""
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= EXACT_FLOAT:
        raise UnreadableError(
            _("was typed as a number, of which Excel keeps only 15 digits; make the column text and type it again")
        )
    return text_of(value)


def certificate_number(value: Cell | None) -> str:
    """The number as written; "" where a stroke or 无 says that there is none."""
    text = plain(value)
    return "" if text in _NOTHING else text


def phone(value: Cell | None) -> str:
    """A mobile number of 11 digits, or a fixed line with its area code."""
    if isinstance(value, str) and _MOBILE.fullmatch(value):
        return value
    text = plain(value)
    text = text if text in _NOTHING else re.sub(r"[\s\-()·.]", "", text)
    text = re.sub(r"^(\+|00)?86(?=1\d{10}$)", "", text)
    if text in ("", *_NOTHING):
        return ""
    if not re.fullmatch(r"1[3-9]\d{9}|0\d{9,11}", text):
        raise UnreadableError(_("is no phone number (11 digits)"))
    return text


_YES = {"是", "有", "√", "✓", "✔", "y", "yes", "true", "1", "退役军人", "退伍军人", "对"}
_NO = {"否", "无", "×", "✗", "x", "n", "no", "false", "0", "不是", "非", "-", "—"}


def yes_no(value: Cell | None) -> bool | None:
    text = plain(value).lower()
    if not text:
        return None
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise UnreadableError(_("must be yes or no"))


_SERVING = {"在职", "在岗", "正常", "在队", "在编", "试用", "试用期", "是", "正式", "serving", "active"}


def status(value: Cell | None) -> None:
    """Nothing for who serves. Raises `UnreadableError` for anybody else: files of people who left stay as they are."""
    text = plain(value).lower()
    if text and text not in _SERVING:
        raise UnreadableError(
            _("is not serving: take the row out; a change of status is entered in the member's file, with its reason")
        )


WORDS: dict[str, dict[str, str]] = {
    "sex": {"男": Sex.MALE, "女": Sex.FEMALE, "男性": Sex.MALE, "女性": Sex.FEMALE, "m": Sex.MALE, "f": Sex.FEMALE},
    "political_status": {
        "中共党员": PoliticalStatus.PARTY_MEMBER, "党员": PoliticalStatus.PARTY_MEMBER,
        "中国共产党党员": PoliticalStatus.PARTY_MEMBER, "中共正式党员": PoliticalStatus.PARTY_MEMBER,
        "正式党员": PoliticalStatus.PARTY_MEMBER, "中国共产党员": PoliticalStatus.PARTY_MEMBER,
        "共产党员": PoliticalStatus.PARTY_MEMBER, "中共党员(预备)": PoliticalStatus.PROBATIONARY,
        "共青团": PoliticalStatus.LEAGUE_MEMBER, "中国共青团员": PoliticalStatus.LEAGUE_MEMBER,
        "中共预备党员": PoliticalStatus.PROBATIONARY, "预备党员": PoliticalStatus.PROBATIONARY,
        "预备": PoliticalStatus.PROBATIONARY,
        "共青团员": PoliticalStatus.LEAGUE_MEMBER, "团员": PoliticalStatus.LEAGUE_MEMBER,
        "群众": PoliticalStatus.MASSES, "普通群众": PoliticalStatus.MASSES, "无党派": PoliticalStatus.MASSES,
        "无党派人士": PoliticalStatus.MASSES, "无": PoliticalStatus.MASSES,
        "民主党派": PoliticalStatus.OTHER, "其他党派": PoliticalStatus.OTHER, "其他": PoliticalStatus.OTHER,
    },
    "education": {
        "初中": Education.JUNIOR, "初级中学": Education.JUNIOR, "初中毕业": Education.JUNIOR,
        "高中": Education.SENIOR, "普通高中": Education.SENIOR, "高级中学": Education.SENIOR,
        "中专": Education.VOCATIONAL, "职高": Education.VOCATIONAL, "技校": Education.VOCATIONAL,
        "中技": Education.VOCATIONAL, "职业高中": Education.VOCATIONAL, "中等专科": Education.VOCATIONAL,
        "中等职业学校": Education.VOCATIONAL, "中职": Education.VOCATIONAL, "技工学校": Education.VOCATIONAL,
        "大专": Education.COLLEGE, "专科": Education.COLLEGE, "大学专科": Education.COLLEGE,
        "高职": Education.COLLEGE, "大专学历": Education.COLLEGE, "专科学历": Education.COLLEGE,
        "高等专科": Education.COLLEGE,
        "本科": Education.BACHELOR, "大学": Education.BACHELOR, "大学本科": Education.BACHELOR,
        "学士": Education.BACHELOR, "全日制本科": Education.BACHELOR, "本科学历": Education.BACHELOR,
        "研究生": Education.POSTGRADUATE, "硕士": Education.POSTGRADUATE, "博士": Education.POSTGRADUATE,
        "硕士研究生": Education.POSTGRADUATE, "博士研究生": Education.POSTGRADUATE,
    },
    "source": {
        "退役军人": Source.VETERAN, "退伍军人": Source.VETERAN, "复员军人": Source.VETERAN,
        "转业军人": Source.VETERAN, "复转军人": Source.VETERAN,
        "高校毕业生": Source.GRADUATE, "大学毕业生": Source.GRADUATE, "应届毕业生": Source.GRADUATE,
        "院校毕业生": Source.GRADUATE, "大中专毕业生": Source.GRADUATE, "毕业生": Source.GRADUATE,
        "当地青年": Source.LOCAL_YOUTH, "本地青年": Source.LOCAL_YOUTH, "优秀青年": Source.LOCAL_YOUTH,
        "当地优秀青年": Source.LOCAL_YOUTH, "本地优秀青年": Source.LOCAL_YOUTH, "社会青年": Source.LOCAL_YOUTH,
        "借调": Source.SECONDED, "抽调": Source.SECONDED, "单位抽调": Source.SECONDED,
        "单位借调": Source.SECONDED, "选派": Source.SECONDED, "单位选派": Source.SECONDED,
        "社会招聘": Source.OPEN, "公开招聘": Source.OPEN, "公开招录": Source.OPEN, "社会招录": Source.OPEN,
        "招聘": Source.OPEN, "招录": Source.OPEN,
    },
    "staff_category": {
        "勤务辅警": StaffCategory.FIELD, "勤务": StaffCategory.FIELD, "勤务类": StaffCategory.FIELD,
        "辅警": StaffCategory.FIELD, "勤务岗": StaffCategory.FIELD,
        "文职辅警": StaffCategory.CLERICAL, "文职": StaffCategory.CLERICAL, "文职类": StaffCategory.CLERICAL,
        "文职岗": StaffCategory.CLERICAL,
        "联防队员": StaffCategory.JOINT_DEFENCE, "联防": StaffCategory.JOINT_DEFENCE,
        "联防员": StaffCategory.JOINT_DEFENCE, "治安联防队员": StaffCategory.JOINT_DEFENCE,
    },
}  # fmt: skip

CHOICES: dict[str, Any] = {
    "sex": Sex,
    "political_status": PoliticalStatus,
    "education": Education,
    "source": Source,
    "staff_category": StaffCategory,
}
# The word that our own workbooks write for each stored value: the first in the table above.
WORD_FOR = {key: {stored: word for word, stored in reversed(words.items())} for key, words in WORDS.items()}


def choice(key: str, value: Cell | None) -> str:
    """The stored value for the word in the cell; "" for an empty one."""
    return _stored(key, plain(value)) if value else ""


def _readings(key: str, text: str) -> tuple[str, ...]:
    """The word itself, then what stands in its brackets; of a degree also without the way it was taken."""
    outside, _bracket, inside = text.rstrip(")").partition("(")
    return (text, inside, _HOW_STUDIED.sub("", outside)) if key == "education" else (text, inside)


_HOW_STUDIED = re.compile(r"^(?:全日制|非全日制|在职|函授|成人|自考|电大|网络)(?:教育)?|学历$|毕业$|在读$")


@lru_cache(maxsize=REMEMBERED)
def _stored(key: str, text: str) -> str:
    text = text.replace(" ", "").lower()
    if not text:
        return ""
    for word in _readings(key, text):
        if word in WORDS[key]:
            return str(WORDS[key][word])
    for stored in CHOICES[key].values:
        if text.replace("_", "") == stored.replace("_", ""):
            return str(stored)
    known = "、".join(WORD_FOR[key][stored] for stored in CHOICES[key].values)
    raise UnreadableError(_("is none of: %(known)s") % {"known": known})
