"""Golden files: one folder for each form and each past bug, with what was read from it when a person looked.

`golden/<form>/<case>/` holds the input, `why.md` (one line: why it is kept) and `expected.json`. Where that
is missing it is written and the test fails, so that a person reads it before it becomes truth; to accept a
reading that has changed, delete the file and do the same.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import UnreadableDocument
from pipelines.report.model import TABLES, Number, Report, TableName
from pipelines.report.read import read_all

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(path.parent for path in GOLDEN.glob("*/*/why.md"))
_MARKS = {"blank": "_", "none-mark": "/", "unreadable": "?"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_golden_file_reads_as_it_did(case: Path) -> None:
    (source,) = case.glob("input.*")
    got = readable(source.read_bytes())
    expected = case / "expected.json"
    if not expected.exists():
        expected.write_text(json.dumps(got, ensure_ascii=False, indent=1) + "\n", "utf-8")
        pytest.fail(f"{expected} was written: read it beside the input; it is the truth from then on")
    assert got == json.loads(expected.read_text("utf-8"))


def test_every_golden_folder_is_complete() -> None:
    folders = {path for path in GOLDEN.glob("*/*") if path.is_dir()}
    assert folders == set(CASES)
    for case in CASES:
        assert len((case / "why.md").read_text("utf-8").strip().splitlines()) == 1, case
        assert len(list(case.glob("input.*"))) == 1, case


def readable(body: bytes) -> Any:
    """A body's reading without what nobody checks by eye: places, raw texts, messages."""
    try:
        reports = read_all(body)
    except UnreadableDocument as error:
        return {"refused": str(error)}
    return [_shown(report) for report in reports]


def _shown(report: Report) -> dict[str, Any]:
    data = report.to_json()
    keys = ("organization", "year", "title", "published", "scope", "editions", "statistics")
    out = {key: data[key] for key in keys}
    out["period"] = data["period"] and " – ".join(data["period"].values())
    out["sections"] = [section.heading for section in report.sections]
    out["findings"] = [f"{f.severity} {f.code} {f.where}".strip() for f in report.findings]
    for table in TABLES:
        out[table] = _table(report, table)
    member = report.sources[0].member
    return out if member is None else {"member": member} | out


def _table(report: Report, table: TableName) -> dict[str, str] | None:
    """Row by row in one line each; the columns' names once where all rows have the same."""
    rows = report.table(table)
    if rows is None:
        return None
    alike = len({tuple(cells) for cells in rows.values()}) == 1
    out = {"columns": "  ".join(next(iter(rows.values())))} if alike else {}
    for row, cells in rows.items():
        values = {column: _value(report, f"{table}.{row}.{column}", value) for column, value in cells.items()}
        shown = values.values() if alike else (f"{column} {value}" for column, value in values.items())
        out[row] = "  ".join(shown)
    return out


def _value(report: Report, path: str, value: Number | None) -> str:
    """`12`, `12 (annotated)`, and `_`, `/`, `?` for blank, none-mark, unreadable."""
    kind = report.evidence[path].kind
    if value is None:
        return _MARKS.get(kind, kind)
    return str(value) if kind == "number" else f"{value} ({kind})"
