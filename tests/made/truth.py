"""Truths: what an invented report says, before any document is made of it.

`make` draws one from a seed: deterministic, and consistent under every identity of the form unless an
error is asked for. Names and prose are invented and say so (虚构, 示例). Knows no document format.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.made import form
from tests.made.prose import make_prose

Number = int | Decimal
Table = dict[str, dict[str, Number | None]]


@dataclass(frozen=True, slots=True)
class Truth:
    """One invented report: the tables under the contract's keys, None where a cell prints blank."""

    organization: str
    year: int
    title: str
    published: date
    editions: dict[str, str]
    active_disclosure: Table
    requests: Table
    review: Table
    preface: tuple[str, ...]
    prose: dict[int, tuple[str, ...]]
    """Paragraphs of the parts 1, 5 and 6."""
    printed: dict[str, str] = field(default_factory=dict)
    """Path -> what the cell prints, where that is not just the number (`22（其中修订16件）`, `+3`)."""
    errors: tuple[str, ...] = ()
    """Paths whose value was made wrong on purpose."""
    findings: frozenset[str] = frozenset()
    """Codes of the findings that a right reading has to report; other codes of the class "info" may occur."""

    @property
    def period(self) -> tuple[date, date]:
        """1 January to 31 December of the year."""
        return date(self.year, 1, 1), date(self.year, 12, 31)

    @property
    def blank(self) -> frozenset[str]:
        """Paths of the cells that print blank."""
        return frozenset(path for path, value in self.cells().items() if value is None)

    def tables(self) -> dict[str, Table]:
        """The three statutory tables by their contract names."""
        return {
            "active_disclosure": self.active_disclosure,
            "requests": self.requests,
            "review": self.review,
        }

    def cells(self) -> dict[str, Number | None]:
        """Every value by its path, `requests.received.total`."""
        return {
            f"{name}.{row}.{column}": value
            for name, table in self.tables().items()
            for row, cells in table.items()
            for column, value in cells.items()
        }

    def text_of(self, path: str, value: Number | None) -> str:
        """What is printed in the cell at `path`."""
        return self.printed.get(path, "" if value is None else str(value))

    def to_json(self) -> dict[str, Any]:
        """The part of the published contract that the truth decides."""
        return {
            "organization": self.organization,
            "year": self.year,
            "title": self.title,
            "published": self.published.isoformat(),
            "period": {"from": self.period[0].isoformat(), "to": self.period[1].isoformat()},
            "editions": dict(self.editions),
            **{name: _json_table(table) for name, table in self.tables().items()},
        }


def make(
    seed: int | str,
    *,
    organization: str | None = None,
    year: int | None = None,
    editions: dict[str, str] | None = None,
    previous: Truth | None = None,
    title_shape: int | None = None,
    busy: float | None = None,
) -> Truth:
    """A consistent truth drawn from `seed`; what is given is taken as it is.

    `previous` is the same body's report of the year before: its carried-over requests and documents in
    force then agree with this one's. `busy` (0 to 1) is the share of cells that are not zero.
    `editions` may name only some tables: a hybrid.
    """
    rng = random.Random(f"truth/{seed}")
    if year is None:
        year = rng.choice((2019, 2020, 2021, 2022, 2023, 2024, 2025))
    if organization is None:
        place = rng.choice(("虚构市样本区", "示例县", "北京市西城区", "虚构自治州示例市"))
        organization = place + rng.choice(("虚构教育局", "示例街道办事处", "虚构镇人民政府", "示例税务局"))
    if busy is None:
        busy = rng.choice((0.02, 0.15, 0.5, 0.9))
    default = "2021" if year >= 2021 else "2019"
    chosen = {"active_disclosure": default, "requests": default, "review": default} | (editions or {})
    active, printed = _active_disclosure(rng, chosen["active_disclosure"], busy, previous)
    requests = _requests(rng, chosen["requests"], busy, previous)
    review = _review(rng, busy)
    shape = rng.randrange(len(_TITLES)) if title_shape is None else title_shape
    preface, prose = make_prose(rng, organization, year, requests)
    return Truth(
        organization=organization,
        year=year,
        title=_TITLES[shape].format(organization=organization, year=year),
        published=date(year + 1, 1, 8) + timedelta(days=rng.randrange(22)),
        editions=chosen,
        active_disclosure=active,
        requests=requests,
        review=review,
        preface=preface,
        prose=prose,
        printed=printed,
        findings=frozenset({"cell-annotated"} if any("（" in text for text in printed.values()) else ()),
    )


def with_errors(truth: Truth) -> Truth:
    """The same report with sums that do not add up in print: one of each identity within a report."""
    requests = {row: dict(cells) for row, cells in truth.requests.items()}
    review = {row: dict(cells) for row, cells in truth.review.items()}
    requests["received"]["total"] = _plus(requests["received"]["total"], 7)
    requests["total_processed"]["natural_person"] = _plus(requests["total_processed"]["natural_person"], 5)
    review["litigation_direct"]["total"] = _plus(review["litigation_direct"]["total"], 3)
    return replace(
        truth,
        requests=requests,
        review=review,
        errors=(
            "requests.received.total",
            "requests.total_processed.natural_person",
            "review.litigation_direct.total",
        ),
        findings=truth.findings
        | {"requests-balance", "requests-row-total", "requests-result-total", "review-total"},
    )


def with_blank_zeros(truth: Truth, *tables: str) -> Truth:
    """The same report with every zero of those tables (all three unless named) left blank, as many do."""
    chosen = tables or tuple(truth.tables())
    changes: dict[str, Any] = {
        name: {
            row: {c: None if v == 0 and name in chosen else v for c, v in cells.items()}
            for row, cells in table.items()
        }
        for name, table in truth.tables().items()
    }
    printed = {p: t for p, t in truth.printed.items() if p.split(".")[0] not in chosen or t.strip("+-0")}
    return replace(truth, printed=printed, **changes)


def with_cell(truth: Truth, path: str, value: Number | None, printed: str | None = None) -> Truth:
    """The same report with one cell changed and nothing put right around it."""
    name, row, column = path.split(".")
    table = {r: dict(cells) for r, cells in truth.tables()[name].items()}
    table[row][column] = value
    texts = {p: t for p, t in truth.printed.items() if p != path}
    if printed is not None:
        texts[path] = printed
    changes: dict[str, Any] = {name: table, "printed": texts}
    return replace(truth, **changes)


_TITLES = (
    "{organization}{year}年政府信息公开工作年度报告",
    "{organization}{year}年度政府信息公开工作年度报告",
    "{organization}{year}年政府信息公开年度报告",
    "{year}年{organization}政府信息公开工作年度报告",
    "{organization}政府信息公开工作{year}年度报告",
)


def _plus(value: Number | None, more: int) -> Number:
    return (value or 0) + more


def _count(rng: random.Random, busy: float) -> int:
    """Mostly nought, sometimes a few, seldom very many: the shape of real tables."""
    if rng.random() >= busy:
        return 0
    most = rng.choices((10, 60, 4000), weights=(12, 5, 1))[0]
    return rng.randrange(1, most)


def _active_disclosure(
    rng: random.Random, edition: str, busy: float, previous: Truth | None
) -> tuple[Table, dict[str, str]]:
    table: Table = {}
    printed: dict[str, str] = {}
    for article in form.ACTIVE_DISCLOSURE[edition]:
        for row, _ in article.rows:
            cells: dict[str, Number | None] = {key: _count(rng, busy) for key, _ in article.columns}
            if "in_force" in cells:
                before = _in_force(previous, row)
                repealed = min(int(cells["repealed"] or 0), before + int(cells["issued"] or 0))
                cells["repealed"] = repealed
                cells["in_force"] = before + int(cells["issued"] or 0) - repealed
            if "change" in cells and rng.random() < 0.4:
                change = rng.choice((-18, -2, 4, 36))
                cells["change"] = change
                if change > 0 and rng.random() < 0.5:
                    printed[f"active_disclosure.{row}.change"] = f"+{change}"
            if row == "fees" and "amount" in cells and cells["amount"]:
                amount = Decimal(rng.randrange(1, 10**7)) / rng.choice((1, 10, 100, 10**4, 10**6))
                cells["amount"] = int(amount) if amount == int(amount) else amount
            table[row] = cells
    return table, printed


def _in_force(previous: Truth | None, row: str) -> int:
    if previous is None:
        return 60
    return int(previous.active_disclosure.get(row, {}).get("in_force") or 0)


def _requests(rng: random.Random, edition: str, busy: float, previous: Truth | None) -> Table:
    outcomes = [outcome.key for outcome in form.OUTCOMES[edition]]
    rows = ["received", "carried_in", *outcomes, "total_processed", "carried_forward"]
    table: Table = {row: {} for row in rows}
    for index, (applicant, _) in enumerate(form.APPLICANTS):
        share = busy if index == 0 else busy / 3
        results = {row: _count(rng, share) for row in outcomes}
        processed = sum(results.values())
        forward = _count(rng, share) % 40
        if previous is None:
            carried = min(_count(rng, share) % 40, processed + forward)
        else:
            carried = int(previous.requests["carried_forward"][applicant] or 0)
            if carried > processed + forward:  # all of it is still waiting: nothing else can have been done
                forward = carried - processed
        table["received"][applicant] = processed + forward - carried
        table["carried_in"][applicant] = carried
        for row, number in results.items():
            table[row][applicant] = number
        table["total_processed"][applicant] = processed
        table["carried_forward"][applicant] = forward
    for row in rows:
        table[row]["total"] = sum(int(value or 0) for value in table[row].values())
    return table


def _review(rng: random.Random, busy: float) -> Table:
    table: Table = {}
    for block, _, _ in form.REVIEW_BLOCKS:
        cells: dict[str, Number | None] = {
            key: _count(rng, busy / 2) % 200 for key, _ in form.REVIEW_RESULTS[:-1]
        }
        cells["total"] = sum(int(value or 0) for value in cells.values())
        table[block] = cells
    return table


def _json_table(table: Table) -> dict[str, dict[str, int | float | None]]:
    return {
        row: {column: float(v) if isinstance(v, Decimal) else v for column, v in cells.items()}
        for row, cells in table.items()
    }
