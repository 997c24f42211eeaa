"""Invented names: common surnames and given names, put together by chance, so that a few people share one."""

from __future__ import annotations

from random import Random

# As common as in the country at large, roughly: each surname stands as often as its weight says.
_RARER = (
    "袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚"
    "邵万钱严覃武戴莫孔向汤"
)
_SURNAMES = (
    ("王李张刘陈", 14),
    ("杨黄赵吴周徐孙马朱胡", 7),
    ("郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董", 4),
    (_RARER, 1),
)
_SURNAME_POOL = "".join(surname * weight for surnames, weight in _SURNAMES for surname in surnames)
_COMPOUND_SURNAMES = ("欧阳", "上官", "司马", "诸葛")

_MALE = (
    "伟 强 磊 军 勇 杰 涛 超 明 刚 平 辉 鹏 飞 波 斌 浩 凯 健 俊 帅 宁 龙 林 彬 峰 亮 翔 旭 阳 毅 晨 宇 昊 博 "
    "建国 建军 建华 志强 志伟 志远 国强 国栋 海涛 海波 文博 文杰 永强 永刚 晓东 晓峰 家豪 家乐 子轩 浩然 "
    "宇航 天宇 俊杰 嘉伟 明辉 明哲 振华 振宇 立新 立军 庆丰 庆华 少华 德胜 新民 鸿飞 泽宇 一鸣 思远 学文 "
    "长青 春雷 东升 光明 广义 红兵 继业 金龙 景山 克勤 兴旺 玉柱 占军 兆丰 正阳 忠诚 卫东 卫国 文斌 小龙"
)
_FEMALE = (
    "芳 娜 敏 静 丽 艳 娟 霞 燕 玲 婷 洁 雪 琳 莉 倩 颖 慧 丹 萍 欣 悦 瑶 蕾 晶 "
    "秀英 秀兰 桂芳 丽娜 丽华 晓燕 晓红 雪梅 海燕 玉兰 玉梅 春梅 红梅 文静 思雨 思琪 雨婷 雅婷 佳怡 佳慧 "
    "梦洁 梦瑶 欣怡 子涵 诗涵 可欣 艺菲 婉婷 淑贞 美玲 彩霞 凤英 金凤 月华 晓雯 若兰"
)
_GIVEN_NAMES = {"male": _MALE.split(), "female": _FEMALE.split()}


def invented_name(chance: Random, sex: str) -> str:
    """A surname and a given name for someone of that sex ("male", "female")."""
    compound = chance.random() < 0.006
    surname = chance.choice(_COMPOUND_SURNAMES) if compound else chance.choice(_SURNAME_POOL)
    return surname + chance.choice(_GIVEN_NAMES[sex])
