"""Rules over what a site published: deadlines, fewer bodies, changed and withdrawn reports, figures.

News is what has happened since the site's first run: what an archive finds on its first day is for
`gongkai coverage` and `gongkai show`, not for an alert.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from crawler.watch.alert import Alert
from crawler.watch.facts import Cell, Changed, SiteFacts, Tally
from crawler.watch.rules.outcome import LONG, Outcome, Unsure
from pipelines.coverage.model import day_in_china, end_of_day

LATE = timedelta(days=120)
"""A deadline is news for so long."""
SEASON = timedelta(days=200)
"""Whole years are compared for so long after their last deadline."""
GRACE = timedelta(days=14)
"""So long after the last deadline years are compared body for body."""
FEWER, FEWER_SHARE = 3, 10
"""So many bodies, and one in so many, must be missing for there to be fewer."""
CHANGE_NEWS = timedelta(days=30)
GONE_NEWS = timedelta(days=90)
SEEN_NEWS = timedelta(days=90)
FIRST_DAY = timedelta(days=1)
"""What a site's first run finds, and what is made up for in the day after, is no news."""
COMPARED = 10
"""Reports that each of two years must have for their findings to be compared."""
JUMP, JUMP_SHARE = 5, 0.25
"""A finding jumps where at least so many reports have it, a quarter more of them than the year before, and
at least twice as large a share."""


def on_coverage(site: SiteFacts, now: datetime) -> Iterator[Outcome]:
    """What bodies × years say: no reports of a year at all, fewer bodies, bodies past their deadline."""
    for year in sorted({cell.year for cell in site.cells}):
        due = [cell for cell in site.cells if cell.year == year and _due(cell, now)]
        before = {cell.body for cell in site.cells if cell.year == year - 1 and cell.punctuality}
        if not due:
            continue
        none = _none_of_the_year(site, year, due, before, now)
        if none is not None:
            yield none
            yield Unsure(f"late-body:{site.key}:*")
            continue
        yield from _fewer(site, year, due, before, now)
        for cell in due:
            yield from _late(site, cell, now)


def _due(cell: Cell, now: datetime) -> bool:
    return cell.deadline is not None and cell.deadline < day_in_china(now)


def _since(cells: Sequence[Cell], now: datetime) -> timedelta:
    """How long ago the last of their deadlines was."""
    return day_in_china(now) - max(cell.deadline for cell in cells if cell.deadline is not None)


def _none_of_the_year(
    site: SiteFacts, year: int, due: Sequence[Cell], before: set[str], now: datetime
) -> Outcome | None:
    last_year = [cell for cell in due if cell.body in before]
    # Of a year that nobody has published of, the coverage says so, and calls no single body late.
    proven = [cell for cell in last_year if cell.state == "missing" or "whole-year" in cell.doubts]
    if not proven or any(cell.punctuality for cell in due) or _since(due, now) > SEASON:
        return None
    zh, en = site.named
    count = len(last_year)
    return Alert(
        "no-reports",
        site.key,
        str(year),
        _midnight_after(proven[0]),
        f"{zh}：期限已过，{year} 年度没有一份年报；上年度有 {count} 个单位公开。",
        f"{en}: the deadline has passed and there is no report of {year}; {count} bodies had one of "
        f"{year - 1}.",
        {"year": year, "before": count, "missing": [cell.body for cell in proven][:50]},
    )


def _fewer(
    site: SiteFacts, year: int, due: Sequence[Cell], before: set[str], now: datetime
) -> Iterator[Outcome]:
    of_year = [cell for cell in site.cells if cell.year == year]
    key = f"fewer-bodies:{site.key}:{year}"
    if len(due) < len(of_year) or _since(of_year, now) < GRACE:
        yield Unsure(key)
        return
    there = sum(cell.punctuality is not None for cell in of_year)
    lacking = [cell.body for cell in of_year if cell.body in before and cell.state in ("missing", "unknown")]
    few = len(lacking) >= FEWER and len(lacking) * FEWER_SHARE >= len(before) and there < len(before)
    if not few or _since(of_year, now) > SEASON:
        return
    zh, en = site.named
    names = "、".join(lacking[:5]) + ("等" if len(lacking) > 5 else "")
    named = ", ".join(lacking[:5]) + (", ..." if len(lacking) > 5 else "")
    yield Alert(
        "fewer-bodies",
        site.key,
        str(year),
        max(_midnight_after(cell) for cell in due),
        f"{zh}：{year} 年度公开年报的单位 {there} 个，上年度 {len(before)} 个；缺 {names}。",
        f"{en}: {there} bodies have a report of {year}, {len(before)} had one of {year - 1}; "
        f"lacking: {named}.",
        {"year": year, "bodies": there, "before": len(before), "lacking": lacking[:50]},
    )


def _late(site: SiteFacts, cell: Cell, now: datetime) -> Iterator[Outcome]:
    subject = f"{cell.body} {cell.year}"
    if cell.deadline is None or day_in_china(now) - cell.deadline > LATE:
        return
    zh, en = site.named
    until = cell.deadline.isoformat()
    evidence = {"body": cell.body, "year": cell.year, "deadline": until, "url": cell.url}
    if cell.state == "missing":
        doubt_zh, doubt_en = (
            ("（该单位可能已撤并）", " It may have ended.") if "may-have-ended" in cell.doubts else ("", "")
        )
        said_zh = f"{zh}：{cell.body} {cell.year} 年度年报逾期未公开（期限 {until}）。{doubt_zh}"
        said_en = (
            f"{en}: {cell.body} has not published its report of {cell.year} (deadline {until}).{doubt_en}"
        )
        yield Alert(
            "late-body", site.key, subject, _midnight_after(cell), said_zh, said_en, evidence, "missing"
        )
    elif cell.punctuality == "late" and _news(site, cell.first_seen):
        published = None if cell.published is None else cell.published.isoformat()
        zh_when = f"于 {published} 公开" if published else "已公开"
        en_when = f"on {published}" if published else "meanwhile"
        said_zh = (
            f"{zh}：{cell.body} {cell.year} 年度年报{zh_when}，逾期 {cell.late_days} 天（期限 {until}）。"
        )
        said_en = (
            f"{en}: {cell.body} published its report of {cell.year} {en_when}, "
            f"{cell.late_days} days late (deadline {until})."
        )
        evidence |= {"published": published, "late_days": cell.late_days}
        yield Alert("late-body", site.key, subject, _midnight_after(cell), said_zh, said_en, evidence, "late")
    elif cell.punctuality is None and cell.state != "did-not-exist":
        yield Unsure(f"late-body:{site.key}:{subject}")


def _midnight_after(cell: Cell) -> datetime:
    """When the deadline had passed."""
    assert cell.deadline is not None
    return end_of_day(cell.deadline)


def on_changes(site: SiteFacts, now: datetime) -> Iterator[Outcome]:
    """Published reports whose tables changed, and those that are gone."""
    zh, en = site.named
    for change in site.changes:
        what_zh, what_en = _what(change)
        evidence = {"change": change.id, "url": change.url, "body": change.body, "year": change.year}
        subject = f"{' '.join(filter(None, (change.body, str(change.year or ''))))} {change.id}".strip()
        since = day_in_china(change.at).isoformat()
        if change.kind in ("tables", "attachment") and change.cells and now - change.at <= CHANGE_NEWS:
            yield Alert(
                "table-changed",
                site.key,
                subject,
                change.at,
                f"{zh}：{what_zh}公开后改动，{change.cells} 个数字与此前不同（{since} 发现，"
                f"gongkai diff {change.id}）。",
                f"{en}: {what_en} was changed after publication: {change.cells} figures differ "
                f"(seen {since}; gongkai diff {change.id}).",
                evidence | {"cells": change.cells},
            )
        sure = change.confirmed >= 2 or now - change.at >= LONG
        if change.kind == "withdrawn" and not change.back and sure and now - change.at <= GONE_NEWS:
            yield Alert(
                "withdrawn",
                site.key,
                subject,
                change.at,
                f"{zh}：{what_zh}已从网站撤下（{since} 发现，gongkai diff {change.id}）。",
                f"{en}: {what_en} is gone from the site (seen {since}; gongkai diff {change.id}).",
                evidence | {"confirmed": change.confirmed},
            )


def _what(change: Changed) -> tuple[str, str]:
    if change.body and change.year:
        return f"{change.body} {change.year} 年度年报", f"the report of {change.body} for {change.year}"
    return change.url, change.url


def on_figures(site: SiteFacts, now: datetime) -> Iterator[Outcome]:
    """New reports whose figures contradict last year's, and findings that are suddenly frequent.

    Of every year: the first report of the next one does not end what is wrong about this one's.
    """
    for year in sorted(site.tallies):
        seen = {cell.body: cell.first_seen for cell in site.cells if cell.year == year}
        yield from _carried(site, year, seen, now)
        yield from _jumps(site, year, seen, now)


def _carried(
    site: SiteFacts, year: int, seen: Mapping[str, datetime | None], now: datetime
) -> Iterator[Outcome]:
    zh, en = site.named
    for body in site.tallies[year].findings.get("carry-over", ()):
        first = seen.get(body)
        if first is None or not _news(site, first) or now - first > SEEN_NEWS:
            continue
        yield Alert(
            "carry-over-broken",
            site.key,
            f"{body} {year}",
            first,
            f"{zh}：{body} {year} 年度年报的“上年结转”与上一年度年报的“结转下年度”不一致。",
            f"{en}: what the report of {body} for {year} carries in is not what that of {year - 1} carried "
            "forward.",
            {"body": body, "year": year},
        )


def _jumps(
    site: SiteFacts, year: int, seen: Mapping[str, datetime | None], now: datetime
) -> Iterator[Outcome]:
    tally, before = site.tallies[year], site.tallies.get(year - 1, Tally())
    if min(tally.reports, before.reports) < COMPARED:
        return
    zh, en = site.named
    for code, bodies in sorted(tally.findings.items()):
        share, old = len(bodies) / tally.reports, len(before.findings.get(code, ())) / before.reports
        news = [first for body in bodies if (first := seen.get(body)) is not None and _news(site, first)]
        jumps = len(news) >= JUMP and share - old >= JUMP_SHARE and share >= 2 * old
        if jumps and now - max(news) <= SEASON:
            yield Alert(
                "findings-jump",
                site.key,
                f"{code} {year}",
                max(news),
                f"{zh}：{year} 年度 {tally.reports} 份年报中 {len(bodies)} 份有 {code}，上年度 {old:.0%}。",
                f"{en}: {len(bodies)} of {tally.reports} reports of {year} have {code}; the year before "
                f"{old:.0%} had.",
                {"code": code, "year": year, "reports": tally.reports, "found": len(bodies), "before": old},
            )


def _news(site: SiteFacts, seen: datetime | None) -> bool:
    """Whether it was not already there at the site's first run."""
    return seen is not None and site.begun is not None and seen - site.begun > FIRST_DAY
