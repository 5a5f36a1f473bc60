"""A report as tables in a terminal, laid out as on the statutory form, findings marked on their cells.

Pure: `Report` in, rich renderables out. This module must not open archives or files, decide anything
about values, or let a document's own characters steer the terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipelines.report import form
from pipelines.report.marks import Marks, clean
from pipelines.report.model import TABLES, Edition, Finding, Report, Row, TableName

BLANK, UNREADABLE, ABSENT = "空", "?", "缺"
"""What stands in a cell without a number: printed blank, not readable with certainty, not printed at all."""

KINDS: dict[str, tuple[str, str]] = {
    "corrected": ("改", "given by a reviewed correction"),
    "solved": ("解", "told apart by the identities"),
}
"""Kinds of evidence whose values bear a sign, and what it says. Recognised ones are counted in the title."""
STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}
ARTICLE_20 = (
    ("第二十条第（一）项", ("rules", "normative_documents")),
    ("第二十条第（五）项", ("licensing", "other_external_services")),
    ("第二十条第（六）项", ("penalties", "compulsion")),
    ("第二十条第（八）项", ("fees",)),
    ("第二十条第（九）项", ("procurement",)),
)
"""The items of Article 20 of the decree that 表二 is divided by, each with its rows."""

_LABEL_WIDTH = 36


def report_view(report: Report) -> RenderableType:
    """Everything a report says: who and when, the three tables, the other parts, and what to know of it."""
    marks = Marks(report.findings)
    parts: list[RenderableType] = [_head(report, marks)]
    for number, name in zip("二三四", TABLES, strict=True):
        parts.append(_title(f"表{number}  {form.TABLE_FORMS[name].chinese}", report, name, marks))
        parts.extend(_TABLES[name](report, marks))
    if report.statistics is not None:
        parts.append(_statistics(report))
    if report.sections:
        parts.append(_sections(report))
    parts.append(_findings(marks))
    parts.append(Text(_legend(report), style="dim"))
    return Group(*parts)


def reports_view(reports: Iterable[Report]) -> Table:
    """One line for each report: the body, which tables it has, and its findings counted."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("机关")
    for heading in ("表二", "表三", "表四"):
        table.add_column(heading, justify="center")
    table.add_column("新收申请", justify="right")
    for heading, style in zip(("errors", "warnings", "infos"), STYLES.values(), strict=True):
        table.add_column(heading, justify="right", style=style)
    for report in reports:
        received = (report.requests or {}).get("received", {})
        table.add_row(
            clean(report.organization or "?"),
            *(_presence(report, name) for name in TABLES),
            _value(received, "total", f"{BLANK if 'total' in received else ABSENT}"),
            *(_count(report.findings, severity) for severity in STYLES),
        )
    return table


# ------------------------------------------------------------------ the parts of a report


def _head(report: Report, marks: Marks) -> Text:
    text = Text()
    title = report.title or f"{report.organization or '?'} {report.year or '?'}"
    text.append(clean(title), style="bold")
    text.append("".join(f" {mark}" for mark in marks.outside()), style="bold")
    text.append(f"\n机关 {clean(report.organization or '?')}\n年度 {report.year or '?'}")
    if report.published is not None:
        text.append(f"   发布 {report.published.isoformat()}")
    if report.period is not None:
        text.append(f"   统计期限 {report.period[0].isoformat()} / {report.period[1].isoformat()}")
    for source in report.sources:
        kept = "" if source.superseded is None else ", replaced since"
        where = clean(source.url) if source.url else "a file"
        text.append(f"\n{source.media_type} {source.sha256[:12]} {where}{kept}", style="dim")
    return text


def _title(label: str, report: Report, name: TableName, marks: Marks) -> RenderableType:
    text = Text(f"\n{label}", style="bold")
    edition = report.editions.get(name)
    if report.table(name) is None:
        text.append("   not in this document", style="dim")
    elif edition is not None:
        text.append(f"   edition {edition}", style="dim")
    text.append(_recognised(report, name), style="dim")
    _append(text, marks.of_table(name))
    return text


def _recognised(report: Report, name: TableName) -> str:
    """How many of a table's cells were read from a picture, and how sure the least sure of them is."""
    found = [
        evidence.confidence or 0.0
        for path, evidence in report.evidence.items()
        if evidence.kind == "ocr" and path.startswith(f"{name}.")
    ]
    return f"   {len(found)} cells read from a picture, certainty {min(found):.2f} or more" if found else ""


def _legend(report: Report) -> str:
    """The signs in cells, those that not every report has only where they occur."""
    kinds = {evidence.kind for evidence in report.evidence.values()}
    signs = [f"{BLANK} printed blank", f"{UNREADABLE} not readable", f"{ABSENT} not printed"]
    signs += [f"{sign} {words}" for kind, (sign, words) in KINDS.items() if kind in kinds]
    return "   ".join(signs)


def _active_disclosure(report: Report, marks: Marks) -> Iterator[RenderableType]:
    rows = report.active_disclosure
    if rows is None:
        return
    edition: Edition = report.editions.get("active_disclosure") or "2021"
    expected = form.ACTIVE_FORM.get(edition, form.ACTIVE_FORM["2021"])
    for article, keys in ARTICLE_20:
        shown = [key for key in keys if key in rows or key in expected]
        if not shown:
            continue
        columns: dict[str, str] = {}
        for key in shown:
            for column in expected.get(key, ()):
                columns[form.published_column(column)] = form.ACTIVE_COLUMNS[column][0]
            for column in rows.get(key, {}):
                columns.setdefault(column, form.ACTIVE_COLUMNS.get(column, (column,))[0])
        table = _grid(article)
        for column, label in columns.items():
            _column(table, label, marks.of_column("active_disclosure", column), width=6)
        for key in shown:
            table.add_row(
                _label(_active_row(key, edition), marks.of_row("active_disclosure", key)),
                *(_cell(report, "active_disclosure", key, column, marks) for column in columns),
            )
        yield table


def _active_row(key: str, edition: Edition) -> str:
    """The row's label; edition 2019 prints 规范性文件 where 2021 prints 行政规范性文件."""
    labels = form.ACTIVE_ROWS[key]
    return labels[1] if key == "normative_documents" and edition == "2019" else labels[0]


def _requests(report: Report, marks: Marks) -> Iterator[RenderableType]:
    rows = report.requests
    if rows is None:
        return
    expected = form.expected_rows("requests", report.editions.get("requests"))
    keys = [key for key in form.REQUEST_ROWS if key in rows or key in expected]
    table = _grid("申请人情况")
    for column, labels in form.REQUEST_COLUMNS.items():
        _column(table, _broken(labels[0]), marks.of_column("requests", column), width=4)
    group = ""
    for key in keys:
        if key == "granted":
            table.add_section()
            table.add_row(Text(form.REQUEST_GROUPS["processed"][0], style="bold"))
        if key == "carried_forward":
            table.add_section()
        heading = form.REQUEST_GROUP_OF[key]
        if heading and heading != group:
            table.add_row(Text(form.REQUEST_GROUPS[heading][0], style="bold"))
        group = heading
        indent = "  " if heading else ""
        table.add_row(
            _label(indent + _short(form.REQUEST_ROWS[key][0]), marks.of_row("requests", key)),
            *(_cell(report, "requests", key, column, marks) for column in form.REQUEST_COLUMNS),
        )
    yield table


def _review(report: Report, marks: Marks) -> Iterator[RenderableType]:
    if report.review is None:
        return
    blocks = []
    for block, labels in form.REVIEW_BLOCKS.items():
        # On two lines, as the form has it: 行政诉讼 over its two kinds.
        above = "" if block == "reconsideration" else "行政诉讼"
        title = _label(f"{above}\n{labels[0]}", marks.of_row("review", block))
        table = Table(box=box.SQUARE, title=title, title_style="", padding=0, title_justify="left")
        for column, forms in form.REVIEW_COLUMNS.items():
            _column(table, _broken(forms[0]), marks.of_column("review", column), width=4)
        table.add_row(*(_cell(report, "review", block, column, marks) for column in form.REVIEW_COLUMNS))
        blocks.append(table)
    # Side by side as on the form where the terminal is wide enough, else below each other.
    yield Columns(blocks, padding=(0, 0))


def _statistics(report: Report) -> RenderableType:
    table = _grid("指标名称")
    for heading in ("计量单位", "本年度", "历年累计"):
        table.add_column(heading, justify="right")
    for row in report.statistics or ():
        values = (BLANK if value is None else str(value) for value in (row.value, row.cumulative))
        table.add_row(clean(row.label), clean(row.unit or ""), *values)
    return Group(Text("\n统计表", style="bold"), table)


def _sections(report: Report) -> RenderableType:
    lines = Text("\n各部分", style="bold")
    for section in report.sections:
        lines.append(f"\n  {clean(section.heading)}", style="not bold")
        lines.append(f"  {len(section.text)} characters", style="not bold dim")
    return lines


def _findings(marks: Marks) -> RenderableType:
    if not marks.lines:
        return Text("\nNo findings.", style="green")
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1))
    for _ in range(3):
        table.add_column(no_wrap=True)
    table.add_column()
    for line in marks.lines:
        style = STYLES[line.severity]
        table.add_row(
            Text(line.mark, style=style),
            Text(line.severity, style=style),
            line.code,
            Text(clean(line.sentence)),
        )
    return Group(Text("\nFindings", style="bold"), table)


_TABLES = {"active_disclosure": _active_disclosure, "requests": _requests, "review": _review}


# ------------------------------------------------------------------ cells


def _cell(report: Report, name: TableName, row: str, column: str, marks: Marks) -> Text:
    rows = report.table(name) or {}
    path = f"{name}.{row}.{column}"
    text = Text()
    evidence = report.evidence.get(path)
    kind = "" if evidence is None else evidence.kind
    if column not in rows.get(row, {}):
        text.append(ABSENT, style="dim")
    elif (value := rows[row][column]) is not None:
        text.append(str(value))
    elif kind == "unreadable":
        text.append(UNREADABLE, style="bold red")
    else:
        text.append(BLANK, style="dim")
    if kind in KINDS:
        text.append(KINDS[kind][0], style="bold blue")
    _append(text, marks.of_cell(path))
    return text


def _append(text: Text, marks: Sequence[tuple[str, str]]) -> None:
    """The marks of findings behind a text, readable without colour."""
    for mark, severity in marks:
        text.append(f" {mark}", style=STYLES[severity])


def _label(label: str, marks: Sequence[tuple[str, str]]) -> Text:
    text = Text(label)
    _append(text, marks)
    return text


def _grid(first: str) -> Table:
    table = Table(box=box.SQUARE, padding=(0, 1))
    table.add_column(first, width=None, max_width=_LABEL_WIDTH, overflow="fold")
    return table


def _column(table: Table, label: str, marks: Sequence[tuple[str, str]], *, width: int) -> None:
    # Numbers are never cut or wrapped; where the terminal is narrow the labels give way.
    table.add_column(
        _label(label, marks), justify="right", min_width=width, vertical="bottom", overflow="fold"
    )


def _broken(label: str) -> str:
    """A column's label on lines of two characters, as narrow forms print it."""
    return label if len(label) < 4 else "\n".join(label[at : at + 2] for at in range(0, len(label), 2))


def _short(label: str) -> str:
    """A row's label without its explanation in brackets or its second half."""
    return label.split("（区分")[0].split("、行政机关")[0]


def _value(row: Row, column: str, otherwise: str) -> str:
    value = row.get(column)
    return otherwise if value is None else str(value)


def _presence(report: Report, name: TableName) -> str:
    return "✓" if report.table(name) is not None else ABSENT


def _count(findings: Sequence[Finding], severity: str) -> str:
    count = sum(finding.severity == severity for finding in findings)
    return str(count) if count else ""
