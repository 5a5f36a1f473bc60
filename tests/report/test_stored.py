"""What a report says survives the way to JSON and back."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import InvalidReport
from pipelines.report.model import (
    TABLES,
    Evidence,
    Finding,
    Place,
    Report,
    Section,
    Source,
    Statistic,
)
from pipelines.report.stored import report_from_json

texts = st.text(max_size=12)
keys = st.sampled_from(["received", "carried_in", "upheld", "rules"])
numbers = st.one_of(
    st.none(),
    st.integers(-(10**9), 10**9),
    st.decimals(min_value=-(10**9), max_value=10**9, places=6, allow_nan=False).filter(
        lambda value: Decimal(repr(float(value))) == value
    ),
)
tables = st.one_of(st.none(), st.dictionaries(keys, st.dictionaries(keys, numbers, max_size=3), max_size=3))
tenths = st.integers(0, 9999).map(lambda value: value / 10)
places = st.builds(
    Place,
    page=st.one_of(st.none(), st.integers(1, 99)),
    bbox=st.one_of(st.none(), st.tuples(tenths, tenths, tenths, tenths)),
    table=st.one_of(st.none(), st.integers(0, 9)),
    row=st.one_of(st.none(), st.integers(0, 9)),
    column=st.one_of(st.none(), st.integers(0, 9)),
    line=st.one_of(st.none(), st.integers(1, 9)),
)
seconds = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)
reports = st.builds(
    Report,
    organization=st.one_of(st.none(), texts),
    year=st.one_of(st.none(), st.integers(2008, 2030)),
    title=st.one_of(st.none(), texts),
    published=st.one_of(st.none(), st.dates(date(2000, 1, 1))),
    period=st.one_of(st.none(), st.tuples(st.dates(date(2000, 1, 1)), st.dates(date(2000, 1, 1)))),
    editions=st.fixed_dictionaries({name: st.sampled_from([None, "2019", "2021"]) for name in TABLES}),
    active_disclosure=tables,
    requests=tables,
    review=tables,
    statistics=st.one_of(
        st.none(),
        st.lists(st.builds(Statistic, texts, st.one_of(st.none(), texts), numbers, numbers), max_size=2).map(
            tuple
        ),
    ),
    sections=st.lists(
        st.builds(Section, st.one_of(st.none(), st.integers(1, 6)), texts, texts), max_size=2
    ).map(tuple),
    findings=st.lists(
        st.builds(
            Finding,
            texts,
            st.sampled_from(["error", "warning", "info"]),
            texts,
            texts,
            st.lists(texts, max_size=2).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    evidence=st.dictionaries(
        texts,
        st.builds(
            Evidence,
            texts,
            st.sampled_from(["number", "blank", "unreadable"]),
            places,
            st.one_of(st.none(), texts),
        ),
        max_size=2,
    ),
    sources=st.lists(
        st.builds(
            Source,
            texts,
            texts,
            st.one_of(st.none(), texts),
            st.one_of(st.none(), seconds),
            st.one_of(st.none(), seconds),
        ),
        max_size=2,
    ).map(tuple),
    parser=texts,
)


@given(reports)
def test_a_report_comes_back_from_its_json(report: Report) -> None:
    assert report_from_json(json.loads(json.dumps(report.to_json()))) == report


@given(reports)
def test_json_comes_back_from_its_report(report: Report) -> None:
    data = report.to_json()
    assert report_from_json(data).to_json() == data


def test_a_fraction_stays_the_printed_decimal() -> None:
    report = Report(active_disclosure={"fees": {"amount": Decimal("24252.311082")}})
    back = report_from_json(json.loads(json.dumps(report.to_json())))
    assert back.active_disclosure == {"fees": {"amount": Decimal("24252.311082")}}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"schema": "gongkai.report/9"}, "'gongkai.report/9'"),
        ({"schema": None}, "found None"),
        ({"requests": {"received": 3}}, "another shape"),
        ({"requests": {"received": {"total": "3"}}}, "another shape"),
        ({"requests": {"received": {"total": True}}}, "another shape"),
        ({"period": {"from": "2024-01-01"}}, "another shape"),
        ({"published": "soon"}, "another shape"),
        ({"sources": [{}]}, "another shape"),
    ],
)
def test_other_documents_are_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidReport, match=says):
        report_from_json(Report().to_json() | change)


def test_what_is_no_object_is_refused() -> None:
    with pytest.raises(InvalidReport, match="found 'list'"):
        report_from_json([])  # type: ignore[arg-type]
