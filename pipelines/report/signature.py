"""Who signs a report at its end, and when.

Owns telling a signature from a page's own footer, which names other bodies. It must not weigh it against
the title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.report.labels import fold
from pipelines.report.names import is_certain, is_organization, is_second_name
from pipelines.report.period import small_numeral
from pipelines.report.prose import ProseLine
from pipelines.report.titles import squeeze, year_of

TAIL_LINES = 80
_FOOTER = 14
"""Lines from the end in which a name without a date may be a signature."""
_SIGNED = re.compile(
    r"(20[0-9]{2}|二[〇○零O0][一二三四五六七八九〇○零O0]{2})年([0-9]{1,2}|[一二三四五六七八九十]{1,2})月(?:[0-9一二三四五六七八九十]{1,3}日)?$"
)
_FURNITURE = re.compile(
    r"[:：、]|[一二三四五六]、|附件|下载|打印|关闭|版权|主办|承办|网站|上一篇|下一篇|政府信息|友情|链接|平台|专栏|导航"
)


@dataclass(frozen=True, slots=True)
class Signature:
    """The name that signs, with year and month of the date beside it; both None where none stands there."""

    name: str
    year: int | None = None
    month: int | None = None


def is_name(line: str, least: int = 2) -> bool:
    """Whether a line is nothing but a body's name."""
    return (
        least <= len(line) <= 40
        and _FURNITURE.search(line) is None
        and is_certain(line)
        and is_organization(line)
    )


def signature(lines: Sequence[ProseLine]) -> Signature | None:
    """The body's name on a line of its own at the end, a second name in brackets below it included."""
    tail = [squeeze(line.text) for line in lines[-TAIL_LINES:] if len(line.text) <= 120]
    # A name beside a date signs; behind it a page's own footer may name other bodies.
    for i, line in enumerate(tail):
        if "月" not in line or len(line) > 60 or (dated := _SIGNED.search(fold(line))) is None:
            continue
        if (name := _beside(tail, i, dated)) is not None:
            month = int(dated[2]) if dated[2].isdigit() else small_numeral(dated[2])
            return Signature(name, year_of(dated[1]), month)
    tail = tail[-_FOOTER:]
    for i in range(len(tail) - 1, -1, -1):
        if is_name(tail[i], 4):
            second = tail[i + 1] if i + 1 < len(tail) and is_second_name(tail[i + 1]) else ""
            return Signature(tail[i] + second)
    return None


def _beside(tail: Sequence[str], at: int, dated: re.Match[str]) -> str | None:
    """The name before a date, on its line or on the one or two above."""
    line = tail[at]
    if dated.start():
        name = line[: len(line) - len(dated[0])]
        return name if len(fold(line)) == len(line) and is_name(name) else None
    above = [tail[k] for k in (at - 1, at - 2) if k >= 0]
    if above and is_name(above[0]):
        return above[0]
    if len(above) == 2 and is_second_name(above[0]) and is_name(above[1]):
        return above[1] + above[0]
    return None
