"""Coverage, changes and alerts as the year left them, held against the truth: what differs, in sentences.

Reads what `gongkai` prints as JSON and the archive's alert records; knows the truth only from `truth.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.year.alarms import Raised
from tests.year.truth import Cell, Happened

SECONDS = timedelta(seconds=90)
"""By so much what is noted at the end of a crawl comes after the request that it rests on."""

Key = tuple[str, str, int]


def coverage_differs(truth: dict[Key, Cell], said: Iterable[dict[str, Any]]) -> Iterator[str]:
    """What coverage says otherwise, of which cell."""
    found: dict[Key, dict[str, Any]] = {
        (one["site"], body["name"], cell["year"]): cell
        for one in said
        for body in one["bodies"]
        for cell in body["cells"]
    }
    for key in sorted(truth.keys() | found.keys()):
        cell = found.get(key)
        if key not in truth or cell is None:
            yield f"coverage: {key} is {'not there' if cell is None else 'no body and year of the story'}"
            continue
        want = truth[key]
        published = cell["published"] and cell["published"]["date"]
        days = cell["late_days"]
        if any(note["code"] == "at-least" for note in cell["notes"]):
            days = f"at least {days}"
        got = (cell["state"], cell["punctuality"], published, days)
        wanted = (
            want.state,
            want.punctuality,
            want.published and want.published.isoformat(),
            f"at least {want.late_days}" if want.at_least else want.late_days,
        )
        if got != wanted:
            yield f"coverage: {key} is {got}, should be {wanted}; notes {cell['notes']}"


def changes_differ(truth: Sequence[Happened], said: Iterable[dict[str, Any]]) -> Iterator[str]:
    """What the changes lack, have beyond the truth, or date otherwise."""
    left = list(said)
    for want in truth:
        fitting = [one for one in left if _is(one, want)]
        if not fitting:
            yield f"changes: {want} is not there"
            continue
        left.remove(fitting[0])
        seen = datetime.fromisoformat(fitting[0]["at"])
        if not -SECONDS / 10 <= seen - want.at <= SECONDS:
            yield f"changes: {want} is dated {seen}"
        if want.cells is not None:
            cells = tuple(
                sorted((cell["path"], cell["before"], cell["after"]) for cell in fitting[0]["cells"])
            )
            if cells != want.cells:
                yield f"changes: {want} has the cells {cells}"
    yield from (f"changes: {_short(one)} did not happen" for one in left)


def _is(one: dict[str, Any], want: Happened) -> bool:
    got = (one["site"], one["kind"], one["url"], one["organization"], one["year"], one["moved_to"])
    return got == (want.site, want.kind, want.url, want.organization, want.year, want.moved_to)


def _short(one: dict[str, Any]) -> str:
    kept = ("kind", "at", "url", "organization", "year", "moved_to", "note")
    return str({name: one[name] for name in kept} | {"cells": len(one["cells"]), "prose": len(one["prose"])})


@dataclass(frozen=True, slots=True)
class Alerted:
    """One alert from its raising to its end."""

    code: str
    site: str
    subject: str
    raised: datetime
    ended: datetime | None
    message: str


def alerts(archive: Path) -> list[Alerted]:
    """Every alert that the records of the archive tell of, in the order in which they were raised."""
    read = (json.loads(file.read_text(encoding="utf-8")) for file in archive.glob("alerts/*/*/*.json"))
    noted = (record for record in read if record["kind"] == "evaluation")
    records = sorted(noted, key=lambda record: record["noted"])
    found: list[Alerted] = []
    open_: dict[str, Alerted] = {}
    for record in records:
        at = datetime.fromisoformat(record["noted"])
        for said in record.get("raised", ()):
            alert = Alerted(said["code"], said["site"], said["subject"], at, None, said["message"]["en"])
            found.append(alert)
            open_[said["key"]] = alert
        for said in record.get("ended", ()):
            if said["key"] in open_:
                alert = open_.pop(said["key"])
                found[found.index(alert)] = replace(alert, ended=at)
    return found


def alerts_differ(truth: Sequence[Raised], said: Sequence[Alerted], now: datetime) -> Iterator[str]:
    """What alerts were not raised or ended in time, and which should not have been."""
    left = list(said)
    for want in sorted(truth, key=lambda want: not want.must):
        fitting = [a for a in left if (a.code, a.site) == (want.code, want.site) and want.about in a.subject]
        if not fitting:
            if want.must and want.before <= now:
                yield f"alerts: {want} was never raised"
            continue
        got = next((a for a in fitting if want.after <= a.raised <= want.before), fitting[0])
        if not want.must and got.raised > want.before:
            continue
        left.remove(got)
        if not want.after <= got.raised <= want.before:
            yield f"alerts: {want} was raised {got.raised}"
        if want.over is not None and (got.ended is None or got.ended > want.over):
            yield f"alerts: {want} ended {got.ended}"
    yield from (f"alerts: nothing happened that is worth {alert}" for alert in left)
