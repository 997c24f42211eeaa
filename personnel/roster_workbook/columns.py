"""The columns of the roster workbook, in the order and with the headings that stations use."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class RosterColumn:
    """`key` is the member's field, or a name that only the import knows; `title` the heading we write."""

    key: str
    title: str
    label: Any
    width: float
    synonyms: tuple[str, ...] = ()


COLUMNS = (
    RosterColumn("number", "序号", _("No."), 6, ("编号", "no", "serial", "number", "#")),
    RosterColumn(
        "work_unit", "工作单位", _("work unit"), 20, ("单位", "所在单位", "单位名称", "所属单位", "用人单位",
        "服务单位", "部门", "所在部门",
        "所属部门", "工作部门",
         "部门名称", "大队", "所属大队", "所在大队", "unit", "workunit", "department")
    ),
    RosterColumn(
        "squadron", "中队", _("squadron"), 18, ("所在中队", "所属中队", "中队名称", "派出所", "squadron", "station")
    ),
    RosterColumn(
        "group",
        "班组",
        _("crew"),
        12,
        ("班", "组别", "巡逻组", "所在班组", "所属班组", "小组", "组", "分队", "小队", "巡逻队", "勤务组", "group",
            "crew", "patrolgroup"),
    ),
    RosterColumn("name", "姓名", _("full name"), 10, ("名字", "人员姓名", "队员姓名", "辅警姓名", "员工姓名", "name",
        "fullname")),
    RosterColumn("sex", "性别", _("sex"), 6, ("性別", "sex", "gender")),
    RosterColumn(
        "id_number",
        "公民身份号码",
        _("ID number"),
        21,
        (
            "身份证号", "身份证号码", "身份证", "居民身份证号", "居民身份证号码", "公民身份证号码", "身份号码",
            "证件号码", "公民身份证号", "身份证件号码", "身份证件号", "身份证编号", "身份号", "证件号", "idnumber",
            "idno", "idcard",
            "idcardnumber", "identitynumber",
        ),
    ),
    RosterColumn("birth_date", "出生日期", _("birth date"), 12, (
        "出生年月", "出生年月日", "生日", "出生", "birthdate", "dateofbirth", "birthday",
    )),
    RosterColumn("ethnicity", "民族", _("ethnicity"), 8, ("ethnicity", "nationality", "ethnicgroup")),
    RosterColumn("native_place", "籍贯", _("native place"), 14, ("nativeplace", "出生地")),
    RosterColumn("political_status", "政治面貌", _("political status"), 10, ("政治面目", "politicalstatus", "党派")),
    RosterColumn("phone", "手机", _("phone"), 14, (
        "手机号", "手机号码", "联系电话", "电话", "电话号码", "联系方式", "移动电话", "移动电话号码", "联系手机",
        "phone", "mobile", "mobilephone",
        "telephone", "phonenumber",
    )),
    RosterColumn("education", "学历", _("education"), 8, (
        "文化程度", "最高学历", "学历层次", "全日制学历", "education", "degree",
    )),
    RosterColumn("school", "毕业院校", _("school"), 18, (
        "毕业学校", "院校", "学校", "毕业院校名称", "school", "university",
    )),
    RosterColumn("major", "专业", _("major"), 14, ("所学专业", "major")),
    RosterColumn("source", "人员来源", _("source"), 12, ("来源", "招录来源", "source")),
    RosterColumn("is_veteran", "是否退役军人", _("retired soldier"), 10, (
        "退役军人", "是否退伍军人", "退伍军人", "是否退役", "是否退伍", "退役士兵", "是否退役士兵", "退伍兵",
        "veteran", "retiredsoldier",
        "isveteran",
    )),
    RosterColumn("staff_category", "人员类别", _("staff category"), 10, (
        "类别", "辅警类别", "人员性质", "岗位类别", "category", "staffcategory",
    )),
    RosterColumn("position", "岗位", _("post"), 10, ("职务", "工作岗位", "岗位名称", "职务岗位", "post", "position")),
    RosterColumn("level", "层级", _("level"), 8, ("级别", "等级", "职级", "辅警层级", "level", "grade")),
    RosterColumn("hired_on", "入职日期", _("hire date"), 12, (
        "入职时间", "入职", "入队日期", "进队时间", "到岗日期", "上岗时间", "参工时间", "参加工作日期",
        "参加工作时间", "录用日期", "录用时间", "招录时间",
        "到岗时间", "入队时间", "入职年月", "hiredate",
        "hiredon", "dateofhire",
    )),
    RosterColumn("contract_from", "合同期起", _("contract from"), 12, (
        "合同起", "合同开始", "合同开始时间", "合同签订日期", "合同签订时间", "合同起始日期", "合同开始日期",
        "合同起日", "合同起始", "合同起始时间", "劳动合同起",
        "contractfrom", "contractstart",
    )),
    RosterColumn("contract_until", "合同期止", _("contract until"), 12, (
        "合同止", "合同到期", "合同终止日期", "合同到期日期", "合同截止日期", "合同止日", "合同终止", "合同到期时间",
        "合同期满", "合同到期日", "合同终止时间", "合同结束日期", "合同结束时间", "合同截止时间", "合同结束",
        "劳动合同止", "contractuntil",
        "contractend", "contractto",
    )),
    RosterColumn("probation_until", "试用期止", _("probation until"), 12, (
        "试用期到期", "试用期截止", "试用期满", "试用期止日", "试用期", "probationuntil", "probationend",
    )),
    RosterColumn("certificate_number", "上岗证号", _("certificate number"), 14, (
        "上岗证编号", "上岗证号码", "上岗证", "上岗证证号", "上岗证书编号", "证书编号", "工作证号",
        "certificatenumber", "certificateno",
        "dutycertificate", "certificate",
    )),
    RosterColumn("certificate_until", "上岗证有效期", _("certificate valid until"), 14, (
        "上岗证有效期止", "上岗证有效期至", "上岗证到期", "上岗证到期日", "上岗证到期日期", "有效期", "有效期至",
        "有效期止", "证件有效期", "certificateuntil", "certificatevaliduntil", "validuntil",
    )),
)  # fmt: skip

# Read where a workbook has them; our own workbooks don't.
EXTRA = (
    RosterColumn("contract_span", "合同起止", _("contract from and until"), 24, (
        "合同期限", "合同起止日期", "合同起止时间", "合同期", "劳动合同期限", "劳动合同起止", "contractperiod",
    )),
    RosterColumn("certificate_from", "上岗证发证日期", _("certificate issued on"), 14, (
        "上岗证发证时间", "发证日期", "发证时间", "上岗证签发日期", "上岗证有效期起", "上岗证取得时间",
        "certificatefrom", "certificateissuedon", "issuedon",
    )),
    RosterColumn("status", "在职状态", _("status"), 10, (
        "状态", "人员状态", "是否在职", "在岗状态", "在岗情况", "是否在岗", "在职情况", "status",
    )),
)  # fmt: skip

BY_KEY = {column.key: column for column in (*COLUMNS, *EXTRA)}
REASON_TITLE = "导入问题"

_NOISE = re.compile(r"\(.*?\)|[\s*＊:：、,，。.;；/\\|_\-—\"'“”]+")


def heading_key(text: str) -> str:
    """A heading without spaces, marks and brackets, in lower case: what synonyms are compared by."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return _NOISE.sub("", plain) or "".join(plain.split())


HEADINGS = {
    heading_key(heading): column.key for column in (*COLUMNS, *EXTRA) for heading in (column.title, *column.synonyms)
}
# Words that stations put before a heading, and numbers behind it, without meaning another thing.
_AFFIXES = re.compile(r"^(?:劳动(?=合同)|本人|个人|队员|辅警|员工|现)|(?<=\D)1$")
# Two columns of units are the unit and the smaller one within it.
SECOND = {"work_unit": "group"}
# A column beside one of these is about somebody else.
OF_OTHERS = re.compile(r"紧急|家属|家庭|家人|亲属|父亲|母亲|配偶|监护|担保|介绍人")


def field_of(heading: str) -> str:
    """The field that a heading names, "" for none."""
    key = heading_key(heading)
    return HEADINGS.get(key) or HEADINGS.get(_AFFIXES.sub("", key), "")
