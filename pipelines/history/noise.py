"""What a page says anew to each visitor: how often it was read, and which day it is.

Text in, text without that out. A figure counts as a counter only where nothing but its label stands around
it: 阅读量223人次 within a sentence is a report's own figure and stays. A date counts as today's only where it
is the day of the visit and is called today, or has its weekday beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

_WHAT = (
    "浏览|点击|阅读|访问|查看|访客|人气|热度|关注度|下载|点赞|收藏|在线|转发|分享|"
    "[Vv]iews?|[Hh]its?|[Vv]isits?|[Cc]licks?|PV|UV"
)
_LABEL = (
    rf"(?:(?:本(?:页|站|文|网站)|网站|总|累计|历史|今日|昨日|今天|本月|当前|被|已被?|已?共有?)*"
    rf"(?:{_WHAT})(?:总)?(?:次数|人数|人次|数量|总数|总量|数|量|率)?)"
)
_FIGURE = r"[\[【(（]?\s*\d[\d,，]*\s*[\]】)）]?\s*(?:万)?\s*(?:人次|次|人|位)?"
_BEGINS = r"(?:(?<=^)|(?<=[\s|｜丨\[【(（/·、:：>»]))"
_ENDS = r"(?=$|[\s|｜丨\]】)）/·>»])"
_COUNTERS = (
    re.compile(rf"{_BEGINS}{_LABEL}\s*[:：]?\s*{_FIGURE}{_ENDS}"),
    re.compile(
        rf"{_BEGINS}(?:您是|你是)?第?\s*{_FIGURE}\s*(?:{_WHAT})(?:者|本?(?:页|站|网站)|过|量)?{_ENDS}"
    ),
    re.compile(
        rf"{_BEGINS}(?:累计|总计)?(?:已有|共有|有)\s*{_FIGURE}\s*(?:{_WHAT})(?:过|了)?(?:本?(?:页|站|文|网站))?{_ENDS}"
    ),
    re.compile(
        r"(?:页面)?(?:执行|生成|加载|处理|响应)(?:时间|耗时|用时)?\s*[:：]?\s*[\d.]+\s*(?:毫秒|秒|ms)(?![\u4e00-\u9fff])"
    ),
    re.compile(r"[Pp]rocessed in [\d.]+ second\(?s?\)?(?:, \d+ quer(?:y|ies))?"),
    re.compile(
        rf"{_BEGINS}(?:(?:[晴阴雨雪雾霾转到大中小阵]|多云)+\s*)?"
        rf"(?:-?\d+\s*(?:℃|°C)?\s*[~～/-]\s*)?-?\d+\s*(?:℃|°C){_ENDS}"
    ),
    re.compile(r"(?:现在|当前|北京|系统)时间\s*[:：]?\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?!\d)"),
)
_COUNTED = re.compile(rf"(?:^|[\s|｜丨]){_LABEL}\s*[:：]?$")
"""A label whose figure stands in the next line or cell."""
_BARE = re.compile(r"[\[【(（]?\s*\d[\d,，]*\s*[\]】)）]?\s*(?:人次|次|人)?")
_WEEKDAY = r"(?:星期|周|礼拜)[一二三四五六日天]"
_DAY = re.compile(
    r"(?:(20\d\d)\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?|(?<!\d)(\d{1,2})\s*月\s*(\d{1,2})\s*日)"
    rf"((?:[\s，,(（]*(?:{_WEEKDAY}|\d{{1,2}}[:：]\d{{2}}(?:[:：]\d{{2}})?)[)）]?)*)"
)
"""A day, and the weekday and time behind it."""
_LUNAR = re.compile(r"(?:农历|[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]年)[\u4e00-\u9fff〇]{0,12}")
_TODAY = re.compile(r"今天|今日|现在|当前(?:时间|日期)|北京时间|系统时间|欢迎|您好|农历")
_PUBLISHED = re.compile(r"发布|公开|生成|发文|成文|更新|录入|修改|公布|印发|来源|日期\s*[:：]?$")
_DIGIT = re.compile(r"\d")
_SEEN = "‥"
"""Stands where something was left out."""


def still(text: str, visit: date | None) -> str:
    """The line without its counters and, where the day of the visit is known, without that day."""
    if text.isdigit() or not _DIGIT.search(text):
        return text  # most lines and cells: none of what is looked for is without a figure, or nothing else
    for counter in _COUNTERS:
        text = counter.sub(_SEEN, text)
    if visit is None:
        return text
    dated = _DAY.sub(lambda found: _without_today(found, text, visit), text)
    return dated if dated == text else _LUNAR.sub(_SEEN, dated)


def stilled(texts: Sequence[str], visit: date | None) -> list[str]:
    """As `still` for lines, or cells, that follow each other; a figure may stand behind its label."""
    out: list[str] = []
    for number, text in enumerate(texts):
        before = texts[number - 1].strip() if number else ""
        if _BARE.fullmatch(text.strip()) and len(before) <= 12 and _COUNTED.search(before):
            out.append(_SEEN)
        else:
            out.append(still(text, visit))
    return out


def _without_today(found: re.Match[str], text: str, visit: date) -> str:
    year, month, day = found[1] or str(visit.year), found[2] or found[4], found[3] or found[5]
    try:
        told = date(int(year), int(month), int(day))
    except ValueError:
        return found[0]
    before = text[: found.start()].rstrip()
    called = re.search(_WEEKDAY, found[6]) is not None or _TODAY.search(text) is not None
    if abs(told - visit) <= timedelta(days=1) and called and not _PUBLISHED.search(before[-8:]):
        return _SEEN
    return found[0]
