"""The saved samples read as a person read them: every cell, null for null, and who reports for which year."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pipelines.report import read as reading
from pipelines.report.model import Report

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "../shared/samples"
SCHEMA = json.loads((ROOT / "pipelines/report/report.schema.json").read_text("utf-8"))

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not beside this checkout")

TRUTHS = {
    "huaian-2024.pdf": "huaian-2024",
    "pingtan-2014-abridged.txt": "pingtan-2014",
    "pingtan-2025.html": "pingtan-2025",
    "shanghai-bangongting-2019.html": "shanghai-bangongting-2019",
    "xicheng-zgc-2020.txt": "xicheng-zgc-2020",
    "xicheng-zgc-2024.txt": "xicheng-zgc-2024",
}


def read(name: str) -> Report:
    return reading.read_body((SAMPLES / name).read_bytes())


def truth(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((SAMPLES / "truth" / f"{name}.json").read_text("utf-8"))
    return data


@pytest.mark.parametrize(("sample", "name"), TRUTHS.items())
def test_every_cell_equals_the_truth(sample: str, name: str) -> None:
    report, expected = read(sample).to_json(), truth(name)
    for table in ("active_disclosure", "requests", "review"):
        if expected[table] is None:
            assert report[table] is None
            continue
        assert set(report[table]) == set(expected[table])
        for row, cells in expected[table].items():
            certain = {column: v for column, v in cells.items() if not isinstance(v, dict)}
            assert {column: report[table][row][column] for column in certain} == certain, (table, row)


@pytest.mark.parametrize(("sample", "name"), TRUTHS.items())
def test_organization_and_year(sample: str, name: str) -> None:
    report, expected = read(sample), truth(name)
    # The transcriber's gloss （管委会） is not in the document.
    assert report.organization == expected["organization"].removesuffix("（管委会）")
    assert report.year == expected["year"]


@pytest.mark.parametrize("sample", TRUTHS)
def test_clean_samples_have_no_errors_and_no_warnings(sample: str) -> None:
    assert [f for f in read(sample).findings if f.severity != "info"] == []


@pytest.mark.parametrize("sample", TRUTHS)
def test_each_value_has_its_evidence(sample: str) -> None:
    report = read(sample)
    for name in ("active_disclosure", "requests", "review"):
        for row, cells in (report.table(name) or {}).items():
            for column, value in cells.items():
                evidence = report.evidence[f"{name}.{row}.{column}"]
                assert (value is None) == (evidence.kind in ("blank", "none-mark", "unreadable"))


def test_the_statistics_annex() -> None:
    report, expected = read("pingtan-2014-abridged.txt"), truth("pingtan-2014")["statistics_table"]
    expected.pop("columns")
    assert report.statistics is not None
    printed = {label.split("(")[0]: values for label, values in expected.items()}
    assert {s.label: [s.value, s.cumulative] for s in report.statistics} == printed
    assert all(f.code != "table-missing" for f in report.findings)


@pytest.mark.parametrize(
    "name",
    ["not-a-report-letter-2014.txt", "blank-form-2021.docx", "excerpts/NOTREPORT-x17-format-notice.txt"],
)
def test_what_is_no_report_says_why(name: str) -> None:
    report = read(name)
    assert not report.is_report
    assert report.evidence == {}
    assert [f.message for f in report.findings if f.code == "not-a-report"] != [""]


def test_an_excerpt_with_damaged_headers_flags_the_columns() -> None:
    report = read("excerpts/x01-weishan-liangcheng-2020.txt")
    assert report.active_disclosure is not None
    assert len(report.active_disclosure) == 8
    flagged = {f.where for f in report.findings if f.code == "column-unknown"}
    assert {"active_disclosure.rules.made", "active_disclosure.rules.disclosed"} <= flagged
    assert {f.where for f in report.findings if f.code == "row-missing"} >= {"requests.carried_forward"}
    assert (report.year, report.requests and set(report.requests)) == (
        2020,
        {"received", "carried_in", "granted"},
    )


def test_an_excerpt_without_its_repeated_lines_loses_values_loudly() -> None:
    report = read("excerpts/x03-xiongxian-xiang-2019-deduped.txt")
    assert report.is_report
    assert report.organization is None
    assert all(e.kind == "unreadable" for e in report.evidence.values())
    assert {f.where for f in report.findings if f.code == "cell-unreadable"} == set(report.evidence)


def test_an_excerpt_with_a_header_typed_twice() -> None:
    report = read("excerpts/x06-shangwanxiang-2019-dupheader.txt")
    assert report.active_disclosure is not None
    assert report.active_disclosure["procurement"] == {"items": 6, "amount": 152790}
    assert "active_disclosure.rules.*" in {f.where for f in report.findings if f.code == "column-unknown"}


def test_an_excerpt_with_an_extra_row_shifts_nothing() -> None:
    report = read("excerpts/x08-tianmen-tuoshi-2020-extended-labels.txt")
    assert report.active_disclosure is not None
    assert list(report.active_disclosure["normative_documents"].values()) == [34, 4, 47]
    assert "label-unknown" in {f.code for f in report.findings}


@pytest.mark.parametrize(
    "path", sorted(p for p in SAMPLES.rglob("*.*") if p.suffix != ".json"), ids=lambda p: p.name
)
def test_every_sample_fits_the_schema(path: Path) -> None:
    data = json.loads(json.dumps(reading.read_body(path.read_bytes()).to_json(), ensure_ascii=False))
    jsonschema.Draft202012Validator(SCHEMA).validate(data)


@pytest.mark.parametrize("sample", TRUTHS)
def test_reading_is_a_function_of_the_bytes(sample: str) -> None:
    body = (SAMPLES / sample).read_bytes()
    assert reading.read_body(body).to_json() == reading.read_body(body).to_json()
