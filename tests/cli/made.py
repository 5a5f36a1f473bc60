"""Reports to show and archives to look into, made by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

from click.testing import CliRunner, Result

from crawler.cli import main
from pipelines.report import form
from pipelines.report.model import Evidence, Finding, Place, Report, Source, Table
from storage.archive import Archive

SITE = "bjxch"


def gongkai(*words: str) -> Result:
    """The verb run in this process."""
    return CliRunner().invoke(main, list(words), prog_name="gongkai")


def report(
    organization: str = "北京市西城区虚构局", year: int = 2024, findings: Iterable[Finding] = ()
) -> Report:
    """A whole report of edition 2021: zeros, one cell blank, one unreadable, one row not printed."""
    columns = form.REQUEST_COLUMNS
    requests: Table = {
        row: dict.fromkeys(columns, 0) for row in form.expected_rows("requests", "2021") if row != "granted"
    }
    requests["received"]["natural_person"] = 3001
    requests["carried_in"]["natural_person"] = None
    requests["carried_in"]["business"] = None
    blocks: Table = {block: dict.fromkeys(form.REVIEW_COLUMNS, 0) for block in form.REVIEW_BLOCKS}
    active: Table = {
        row: {form.published_column(column): 0 for column in printed}
        for row, printed in form.ACTIVE_FORM["2021"].items()
    }
    active["fees"]["amount"] = Decimal("96171.6")
    blank, unreadable = "requests.carried_in.natural_person", "requests.carried_in.business"
    return Report(
        organization=organization,
        year=year,
        title=f"{organization}{year}年政府信息公开工作年度报告",
        published=date(year + 1, 1, 20),
        editions={"active_disclosure": "2021", "requests": "2021", "review": "2021"},
        active_disclosure=active,
        requests=requests,
        review=blocks,
        findings=tuple(findings),
        evidence={
            blank: Evidence("", "blank", Place(row=1)),
            unreadable: Evidence("0 00", "unreadable", Place(row=1)),
        },
        sources=(Source("ab" * 32, "text/html", "https://www.bjxch.gov.cn/a.html"),),
        parser="made",
    )


def archive(folder: Path, *reports: Report) -> str:
    """The address of an archive that holds these reports."""
    url = str(folder / "archive")
    with Archive.open(url, state=folder / "state") as opened:
        for made in reports:
            assert made.organization is not None
            assert made.year is not None
            opened.put_report(SITE, made.year, made.organization, made.to_json())
    return url
