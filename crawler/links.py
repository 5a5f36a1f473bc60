"""Judging a title: is it an annual report on information disclosure, whose, and of which year?

Pure: text in, judgement out. It must not fetch, look at addresses, or know any CMS.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["report", "other", "unclear"]

LOOK_ALIKE = re.compile(
    r"法治政府|依法行政|网站(工作)?年度|年度(工作)?报表|(预|决)算(公开|报告|情况|说明|草案|$)|三公|指南|目录|图解|一图|图说"
    r"|图读|读懂|解读|制度(?!改革)|办法|条例|规定|通知|通报|计划(?!生育)|要点|方案|培训(班|会)|申请表|流程"
    r"|政府工作报告|绩效(评价|自评|报告|考核(结果|情况|办法))|审计(报告|结果|公告)|统计公报|自查|(督查|考核)(结果|情况|办法)"
)
"""Words that make a title something else, in the same columns (cms-families, section 16), unless they
stand in a body's name (审计局, 卫生和计划生育委员会)."""
REPORT = re.compile(r"(信息|政务)公开.*(年报|年度.*报|工作(的)?(年度)?报告|报告)|年报.*信息公开")
CUT_OFF = re.compile(r"信息公开.{0,9}(…|\.\.\.|\.\.)$")
"""A title that its list cut short after the decisive words."""
YEAR = re.compile(r"(?<!\d)(20[0-4]\d)(?=年|\D{0,2}(?:政府|政务)?信息公开)")
TAIL = re.compile(
    r"(关于)?(20\d\d年?度?)?(的)?(政府|政务)?信息(主动)?公开(工作)?(的)?(20\d\d年?度?)?(的)?"
    r"(年报|年度工作报告|年度报告|工作报告|报告)?.*$"
)
BODY = re.compile(
    r"[\u4e00-\u9fff（）()、]{1,38}(政府|委员会|委|办公室|办事处|办|局|厅|院|中心|街道|镇|乡|会|署|处|所|站|队|公司)(（.+）)?"
)
CHINESE_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a title says. `unclear`: neither a report's words nor a look-alike's (often a body's name)."""

    verdict: Verdict
    organization: str | None
    year: int | None
    why: str


def judge(title: str) -> Judgement:
    """What `title` names. Year and organization are None where it does not say them without doubt."""
    text = _plain(title)
    year = _year(text)
    if match := LOOK_ALIKE.search(text):
        return Judgement("other", None, year, f"says {match[0]}")
    if REPORT.search(text) or CUT_OFF.search(text):
        return Judgement("report", _organization(text), year, "names a report on information disclosure")
    name = text if BODY.fullmatch(text) else None
    return Judgement("unclear", name, year, "names a body only" if name else "says neither")


def _plain(title: str) -> str:
    """Half-width forms, no white space, brackets and comma as Chinese titles have them."""
    text = "".join(unicodedata.normalize("NFKC", title).split())
    text = re.sub(r"[〇零一二三四五六七八九]{4}(?=年)", lambda m: m[0].translate(CHINESE_DIGITS), text)
    return text.replace("(", "（").replace(")", "）").replace(",", "，")


def _year(text: str) -> int | None:
    years = set(YEAR.findall(text))
    return int(years.pop()) if len(years) == 1 else None


def _organization(text: str) -> str | None:
    name = TAIL.sub("", text)
    name = re.sub(r"^(关于)?(20\d\d)年?度?", "", name)  # the year may stand first
    name = re.sub(r"(20\d\d)年?度?$", "", name).strip("_-—·:：|[]【】《》“”\"'")
    return name if len(name) >= 2 and re.search(r"[\u4e00-\u9fff]{2}", name) and "…" not in name else None
