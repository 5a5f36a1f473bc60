"""The reader on every report of the replica: each cell equals what the replica knows to be printed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pipelines.report.model import TABLES, Report
from pipelines.report.read import read_body
from tests.replica import Replica
from tests.replica.client import fetch

PERIOD = {year: (date(year, 1, 1), date(year, 12, 31)) for year in (2020, 2023, 2024)}


def documents(entry: dict[str, Any]) -> list[str]:
    """Addresses of the bodies that hold the report: the page, the attachment, or both."""
    attachments: list[str] = entry["attachments"]
    return [entry["url"], *attachments] if "html" in entry["form"] else attachments


def wrong_cells(report: Report, entry: dict[str, Any]) -> list[str]:
    """Cells that differ from the truth, each with both values."""
    read = report.to_json()
    return [
        f"{name}.{row}.{column}: {(read[name] or {}).get(row, {}).get(column, 'absent')} for {value}"
        for name in TABLES
        for row, cells in entry[name].items()
        for column, value in cells.items()
        if (read[name] or {}).get(row, {}).get(column, "absent") != value
    ]


@pytest.mark.parametrize("year", PERIOD)
def test_every_report_reads_as_the_replica_knows_it(shared_replica: Replica, year: int) -> None:
    wrong: dict[str, object] = {}
    for entry in shared_replica.truth().values():
        if entry["year"] != year:
            continue
        for address in documents(entry):
            report = read_body(fetch(shared_replica, address).content)
            serious = sorted({f.code for f in report.findings if f.severity != "info"})
            editions = {name: report.editions[name] for name in ("active_disclosure", "requests")}
            seen: tuple[object, ...] = (report.organization, report.year, report.title, report.period)
            right: tuple[object, ...] = (entry["organization"], year, entry["title"], PERIOD[year])
            seen += (wrong_cells(report, entry), serious)
            right += ([], entry["findings"])
            if seen != right or not editions.items() <= entry["editions"].items():
                wrong[address] = (seen, right, editions)
    assert wrong == {}


def test_a_page_that_only_leads_to_a_file_gives_no_number(shared_replica: Replica) -> None:
    for entry in shared_replica.truth().values():
        if entry["form"] == "pdf":
            report = read_body(fetch(shared_replica, entry["url"]).content)
            assert all(report.table(name) is None for name in TABLES)
