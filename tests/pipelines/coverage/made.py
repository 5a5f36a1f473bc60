"""Coverage without an archive: bodies × years in which every state occurs."""

from __future__ import annotations

from datetime import UTC, date, datetime

from pipelines.coverage.deadlines import DEFAULT, deadline
from pipelines.coverage.model import Body, Cell, Claim, Coverage, Kind, Note, State

PLACE = "虚构省虚构县"
STORY: tuple[State, ...] = (
    "on-time", "on-time", "late", "on-time", "undated", "on-time", "changed", "on-time", "missing", "on-time",
    "blocked", "on-time", "unread", "unknown", "on-time", "did-not-exist", "on-time",
)  # fmt: skip
DUTIES = (
    "财政", "教育", "民政", "司法", "审计", "水利", "统计", "农业农村", "卫生健康", "市场监督管理",
    "应急管理", "人力资源和社会保障", "自然资源和规划", "住房和城乡建设", "文化广电和旅游",
    "退役军人事务", "医疗保障",
)  # fmt: skip


def coverage(bodies: int, years: tuple[int, ...] = (2019, 2020, 2021, 2022, 2023, 2024)) -> Coverage:
    """So many bodies; every second one beyond the departments is a township."""
    names = ["虚构县人民政府"] + [f"虚构县{duty}局" for duty in DUTIES]
    names += [f"虚构县第{number}号{'街道办事处' if number % 2 else '镇人民政府'}" for number in range(bodies)]
    rows = [_body(name, number, years) for number, name in enumerate(names[:bodies])]
    return Coverage(
        "xugou", PLACE, date(2025, 3, 1), years, tuple(rows), datetime(2025, 2, 20, 2, tzinfo=UTC)
    )


def _body(name: str, number: int, years: tuple[int, ...]) -> Body:
    kind: Kind = "government" if number == 0 else "department" if number <= len(DUTIES) else "township"
    cells = tuple(_cell(kind, year, number * 5 + at) for at, year in enumerate(years))
    return Body(name, kind, cells, (name,))


def _cell(kind: Kind, year: int, number: int) -> Cell:
    due = deadline(DEFAULT, kind, year)
    state = STORY[number % len(STORY)]
    if year == 2024 and kind != "department" and number % 3 == 0:
        return Cell(year, "not-yet-due", due)
    if state in ("late", "changed"):
        claim = Claim(date(year + 1, 4, 2), "metadata", "https://www.xugou.gov.cn/1.html")
        days = (claim.day - due.day).days
        notes = (Note("at-least", "it was not there"),) if number % 2 else ()
        return Cell(year, state, due, "late", claim, (claim,), late_days=days, notes=notes)
    if state in ("on-time", "undated"):
        return Cell(year, state, due, state)
    return Cell(year, state, due)
