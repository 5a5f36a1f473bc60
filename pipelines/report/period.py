"""The period of the figures (统计期限) that a report states.

Owns the writings of such a period. Pure text in, dates out.
"""

from __future__ import annotations

import re
from datetime import date

from pipelines.report.labels import fold
from pipelines.report.titles import year_of

_ANNOUNCED = re.compile(r"统计|数据|期限|时限|期间|31日|[.\-/]31|三十一日")
_PERIOD = re.compile(
    r"(20[0-9]{2})年([0-9]{1,2})月([0-9]{1,2})日(?:起|开始)?[,，]?(?:至|到|-|—|–|－|~|～|―)+"
    r"(?:(20[0-9]{2})年)?([0-9]{1,2})月([0-9]{1,2})日"
)
_DOTTED_DATE = re.compile(r"(20[0-9]{2})[.\-/]([0-9]{1,2})[.\-/]([0-9]{1,2})(?![0-9])日?")
_CHINESE_DATE = re.compile(
    r"(二[〇○零O0][一二三四五六七八九〇○零O0]{2})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)


def period_of(text: str) -> tuple[date, date] | None:
    """The period of the figures: whole years, or the dates nearest behind words that announce them.

    `text` has no white space. Only its passages that can hold a period are looked at.
    """
    last = -1
    for mark in _ANNOUNCED.finditer(text):
        if mark.start() < last:
            continue
        last = mark.start() + 80
        if (found := _in_passage(text[max(0, mark.start() - 60) : last + 60])) is not None:
            return found
    return None


def _in_passage(text: str) -> tuple[date, date] | None:
    solid = _CHINESE_DATE.sub(_arabic, _DOTTED_DATE.sub(r"\1年\2月\3日", fold(text)))
    for found in _PERIOD.finditer(solid):
        before = solid[max(0, found.start() - 40) : found.start()]
        whole_year = (found[2], found[3], found[5], found[6]) == ("1", "1", "12", "31")
        if whole_year or re.search(r"统计|数据|期限|时限|期间", before):
            start = day_of(found[1], found[2], found[3])
            end = day_of(found[4] or found[1], found[5], found[6])
            if start is not None and end is not None and start <= end:
                return start, end
    return None


def day_of(year: str, month: str, day: str) -> date | None:
    """The date, or None where the calendar has no such day."""
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _arabic(found: re.Match[str]) -> str:
    return f"{year_of(found[1])}年{small_numeral(found[2])}月{small_numeral(found[3])}日"


def small_numeral(text: str) -> int:
    """一 to 三十一 as a number."""
    tens, ten, ones = text.rpartition("十")
    numerals = "〇一二三四五六七八九"
    return (numerals.find(tens or "一") * 10 if ten else 0) + (numerals.find(ones) if ones else 0)
