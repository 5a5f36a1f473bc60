"""What a page says anew to each visitor: how often it was read, and which day it is.

Text in, text without that out. A figure counts as a counter only where nothing but its label stands around
it: 阅读量223人次 within a sentence is a report's own figure and stays. A date counts as today's only where it
is the day of the visit and is called today, or has its weekday beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

_WHAT = "浏览|点击|阅读|访问|查看|访客|人气|下载|点赞|收藏|在线|转发|分享"
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
)
_COUNTED = re.compile(rf"(?:^|[\s|｜丨]){_LABEL}\s*[:：]?$")
"""A label whose figure stands in the next line or cell."""
_BARE = re.compile(r"[\[【(（]?\s*\d[\d,，]*\s*[\]】)）]?\s*(?:人次|次|人)?")
_DAY = re.compile(
    r"(20\d\d)\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?"
    r"(?:[\s，,(（]*(?:(星期|周|礼拜)[一二三四五六日天])[)）]?)?(?:\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?"
)
_TODAY = re.compile(r"今天|今日|现在|当前(?:时间|日期)|北京时间|系统时间|欢迎|您好|农历|[☀☁]|℃")
_PUBLISHED = re.compile(r"发布|公开|生成|发文|成文|更新|录入|修改|公布|印发|来源|日期\s*[:：]?$")


def still(text: str, visit: date | None) -> str:
    """The line without its counters and, where the day of the visit is known, without that day."""
    for counter in _COUNTERS:
        text = counter.sub("‥", text)
    return text if visit is None else _DAY.sub(lambda found: _without_today(found, text, visit), text)


def stilled(texts: Sequence[str], visit: date | None) -> list[str]:
    """As `still` for lines, or cells, that follow each other; a figure may stand behind its label."""
    out: list[str] = []
    for number, text in enumerate(texts):
        before = texts[number - 1].strip() if number else ""
        if _BARE.fullmatch(text.strip()) and len(before) <= 12 and _COUNTED.search(before):
            out.append("‥")
        else:
            out.append(still(text, visit))
    return out


def _without_today(found: re.Match[str], text: str, visit: date) -> str:
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return found[0]
    before = text[: found.start()].rstrip()
    called = found[4] is not None or _TODAY.search(text) is not None
    if abs(day - visit) <= timedelta(days=1) and called and not _PUBLISHED.search(before[-8:]):
        return "‥"
    return found[0]
