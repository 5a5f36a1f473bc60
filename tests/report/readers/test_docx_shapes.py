"""Word files in the shapes of real reports: merged, nested and cut tables, boxes, lists, hidden styles."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from html import escape

import pytest

from pipelines.report.model import Report
from pipelines.report.read import read_body
from tests.made.layout import Printed, tables
from tests.made.layout import cut as cut_at
from tests.made.truth import Truth, make
from tests.report.shapes import HEADINGS
from tests.report.test_shapes import lost

SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
TRUTH = make(11, year=2023, busy=0.5)
Cells = Callable[[str], str]


def p(text: str, properties: str = "", run: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t>{escape(text)}</w:t></w:r></w:p>"


def package(body: str, **parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", f"<w:document {SPACES}><w:body>{body}</w:body></w:document>")
        for name, content in parts.items():
            archive.writestr(f"word/{name}.xml", f"<w:{name} {SPACES}>{content}</w:{name}>")
    return out.getvalue()


def drawn(printed: Printed, content: Cells = p) -> str:
    """A table as Word writes it: spanned columns by gridSpan, spanned rows by vMerge in each row."""
    rows: list[str] = []
    open_cells: dict[int, tuple[int, int]] = {}
    for row in printed.rows:
        cells = {
            slot.column: (slot.colspan, "restart" if slot.rowspan > 1 else "", slot.text) for slot in row
        }
        cells |= {column: (wide, "continue", "") for column, (wide, left) in open_cells.items() if left}
        open_cells = {c: (wide, left - 1) for c, (wide, left) in open_cells.items() if left > 1}
        open_cells |= {s.column: (s.colspan, s.rowspan - 1) for s in row if s.rowspan > 1}
        xml = ""
        for _, (wide, merge, text) in sorted(cells.items()):
            span = f'<w:gridSpan w:val="{wide}"/>' if wide > 1 else ""
            merged = f'<w:vMerge w:val="{merge}"/>' if merge else ""
            xml += f"<w:tc><w:tcPr>{span}{merged}</w:tcPr>{content(text)}</w:tc>"
        rows.append(f"<w:tr>{xml}</w:tr>")
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def report(truth: Truth, draw: Callable[[Printed], str] = drawn, heading: Cells = p) -> str:
    out = [p(truth.title), *map(p, truth.preface), heading("一、总体情况"), *map(p, truth.prose[1])]
    for number, printed in tables(truth).items():
        out += [heading(HEADINGS[number]), *(draw(one) for one in printed)]
    out += [heading("五、存在的主要问题及改进情况"), *map(p, truth.prose[5])]
    return "".join([*out, heading("六、其他需要报告的事项"), *map(p, truth.prose[6])])


def read(body: str, **parts: str) -> Report:
    return read_body(package(body, **parts))


def spelled(text: str) -> str:
    """One run for a character, a line break and a tab between."""
    rng = random.Random(text)
    joint = rng.choice(["", "<w:r><w:br/></w:r>", "<w:proofErr/>"]) if not text.isdigit() else ""
    runs = [f'<w:r><w:t xml:space="preserve">{escape(c)}</w:t></w:r>' for c in text]
    at = rng.randrange(len(runs) + 1)
    return f"<w:p>{''.join(runs[:at])}{joint}{''.join(runs[at:])}</w:p>"


def tracked(text: str) -> str:
    gone = "<w:del><w:r><w:delText>9</w:delText></w:r></w:del>"
    return f"<w:p>{gone}<w:ins><w:r><w:t>{escape(text)}</w:t></w:r></w:ins></w:p>"


def boxed(text: str) -> str:
    """In a text box, drawn twice: for newer programs and for older ones."""
    box = f"<w:txbxContent>{p(text)}</w:txbxContent>"
    shape = f"<mc:Choice Requires='wps'><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
    old = f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>"
    return f"<w:p><w:r><mc:AlternateContent>{shape}{old}</mc:AlternateContent></w:r></w:p>"


def equation(text: str) -> str:
    return f"<w:p><m:oMath><m:r><m:t>{escape(text)}</m:t></m:r></m:oMath></w:p>"


def controlled(text: str) -> str:
    return f"<w:sdt><w:sdtContent>{p(text)}</w:sdtContent></w:sdt>"


@pytest.mark.parametrize("content", [p, spelled, tracked, boxed, equation, controlled])
def test_cells_of_every_kind(content: Cells) -> None:
    assert lost(TRUTH, read(report(TRUTH, lambda one: drawn(one, content)))) == []


def nested(one: Printed) -> str:
    return f"<w:tbl><w:tr><w:tc>{p('索引号')}</w:tc><w:tc>{drawn(one)}{p('')}</w:tc></w:tr></w:tbl>"


def cut(one: Printed) -> str:
    if one.name != "requests":
        return drawn(one)
    return p("— 5 —").join(drawn(part) for part in cut_at(one, 14, labels="first"))


def in_a_box(one: Printed) -> str:
    return f"<w:p><w:r><w:pict><w:txbxContent>{drawn(one)}</w:txbxContent></w:pict></w:r></w:p>"


@pytest.mark.parametrize("draw", [nested, cut, in_a_box])
def test_tables_of_every_kind(draw: Callable[[Printed], str]) -> None:
    assert lost(TRUTH, read(report(TRUTH, draw))) == []


def test_cells_merged_as_older_files_do() -> None:
    flat = drawn(tables(TRUTH)[3][0])
    old = flat.replace(
        '<w:tc><w:tcPr><w:gridSpan w:val="3"/></w:tcPr>',
        '<w:tc><w:tcPr><w:hMerge w:val="restart"/></w:tcPr>',
    )
    assert old != flat
    follow = "<w:tc><w:tcPr><w:hMerge/></w:tcPr><w:p/></w:tc>" * 2
    parts = old.split('<w:hMerge w:val="restart"/></w:tcPr>')
    widened = [parts[0], *(part.replace("</w:tc>", f"</w:tc>{follow}", 1) for part in parts[1:])]
    whole = '<w:hMerge w:val="restart"/></w:tcPr>'.join(widened)
    assert lost(TRUTH, read(report(TRUTH, lambda one: whole if one.name == "requests" else drawn(one)))) == []


NUMBERING = (
    '<w:abstractNum w:abstractNumId="3"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
    '<w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl>'
    '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
    '<w:lvlText w:val="（%2）"/></w:lvl>'
    '</w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="3"/></w:num>'
)


@pytest.mark.parametrize("by_style", [True, False])
def test_headings_whose_numerals_are_a_list(*, by_style: bool) -> None:
    number = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr>'
    styles = f'<w:style w:styleId="h"><w:pPr>{number}</w:pPr></w:style>'
    own = '<w:pStyle w:val="h"/>' if by_style else number
    body = report(TRUTH, heading=lambda text: p(text.partition("、")[2], own))
    found = read(
        body.replace("存在的主要问题及改进情况", "存在的不足和整改措施"), numbering=NUMBERING, styles=styles
    )
    assert [(s.number, s.heading[:2]) for s in found.sections] == [
        (n, f"{c}、") for n, c in enumerate("一二三四五六", 1)
    ]
    assert lost(TRUTH, found) == []


def test_a_list_counts_its_levels_apart() -> None:
    def item(text: str, level: int) -> str:
        return p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="7"/></w:numPr>')

    body = "".join(
        [item("总体情况", 0), item("甲", 1), item("乙", 1), item("主动公开政府信息情况", 0), item("丙", 1)]
    )
    found = read(p(TRUTH.title) + body, numbering=NUMBERING)
    assert [(s.heading, s.text) for s in found.sections] == [
        ("一、总体情况", "（一）甲\n（二）乙"),
        ("二、主动公开政府信息情况", "（一）丙"),
    ]


@pytest.mark.parametrize("kind", ["vanish", "strike"])
def test_text_that_a_style_hides_joins_no_figure(kind: str) -> None:
    styles = (
        f'<w:style w:styleId="x"><w:rPr><w:{kind}/></w:rPr></w:style>'
        '<w:style w:styleId="y"><w:basedOn w:val="x"/></w:style>'
    )
    hidden = "<w:r><w:rPr><w:rStyle w:val='y'/></w:rPr><w:t>7</w:t></w:r>"
    old = report(TRUTH)
    body = old.replace("<w:r><w:rPr></w:rPr><w:t>规章", f"{hidden}<w:r><w:rPr></w:rPr><w:t>规章")
    body = body.replace("</w:r></w:p></w:tc>", f"</w:r>{hidden}</w:p></w:tc>")
    assert body != old
    assert lost(TRUTH, read(body, styles=styles)) == []


def test_a_hidden_row_is_not_read() -> None:
    row = (
        f"<w:tr><w:trPr><w:hidden/></w:trPr><w:tc>{p('规章')}</w:tc>"
        + f"<w:tc>{p('9')}</w:tc>" * 3
        + "</w:tr>"
    )
    body = report(TRUTH)
    at = body.index("<w:tr><w:tc><w:tcPr></w:tcPr>" + p("规章"))
    assert lost(TRUTH, read(body[:at] + row + body[at:])) == []


def test_a_footnotes_reference_is_no_digit() -> None:
    body = report(TRUTH)
    marked = body.replace(
        "</w:r></w:p></w:tc>", '</w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p></w:tc>'
    )
    assert lost(TRUTH, read(marked, footnotes='<w:footnote w:id="2"><w:p/></w:footnote>')) == []


CELL = "active_disclosure.rules.issued"
RULES = p("规章") + "</w:tc><w:tc><w:tcPr></w:tcPr>"


def in_the_cell(runs: str, *, alone: bool) -> Report:
    """The report with runs before the first figure of 表二, or in its place."""
    body = report(TRUTH)
    start = body.index(RULES) + len(RULES)
    stop = body.index("</w:tc>", start)
    figure = "" if alone else body[start:stop].removeprefix("<w:p><w:pPr></w:pPr>").removesuffix("</w:p>")
    return read(f"{body[:start]}<w:p>{runs}{figure}</w:p>{body[stop:]}")


def run(text: str, properties: str) -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def flagged(found: Report) -> list[str]:
    return [finding.code for finding in found.findings if finding.where == CELL]


def test_letters_too_small_to_be_seen_join_no_figure() -> None:
    assert lost(TRUTH, in_the_cell(run("7", '<w:sz w:val="2"/>'), alone=False)) == []


@pytest.mark.parametrize("properties", ['<w:color w:val="FFFFFF"/>', '<w:position w:val="12"/>'])
def test_white_and_raised_letters_beside_others_make_no_number(properties: str) -> None:
    found = in_the_cell(run("7", properties), alone=False)
    assert lost(TRUTH, found) == [CELL]
    assert flagged(found) == ["cell-unreadable"]


@pytest.mark.parametrize("properties", ['<w:color w:val="FFFFFF"/>', '<w:position w:val="-4"/>'])
def test_letters_all_white_or_all_lowered_are_read(properties: str) -> None:
    def dressed(text: str) -> str:
        return p(text, run=properties)

    assert lost(TRUTH, read(report(TRUTH, lambda one: drawn(one, dressed)))) == []


@pytest.mark.parametrize(
    "runs",
    [
        "<w:del><w:r><w:delText>5</w:delText></w:r></w:del>",
        run("5", "<w:strike/>"),
        "<w:r><w:object/></w:r>",
        "<w:r><w:fldChar><w:ffData><w:textInput/></w:ffData></w:fldChar></w:r>",
    ],
)
def test_a_cell_that_shows_no_text_but_holds_something_is_no_blank(runs: str) -> None:
    found = in_the_cell(runs, alone=True)
    assert lost(TRUTH, found) == [CELL]
    assert flagged(found) == ["cell-unreadable"]


def test_a_cell_that_a_recorded_change_takes_away_leaves_no_place() -> None:
    text = "<w:p><w:del><w:r><w:delText>9</w:delText></w:r></w:del></w:p>"
    gone = f"<w:tc><w:tcPr><w:cellDel/></w:tcPr>{text}</w:tc>"
    body = report(TRUTH).replace(RULES, RULES.replace("<w:tc>", f"{gone}<w:tc>"), 1)
    assert lost(TRUTH, read(body)) == []


def test_a_figure_in_a_frame_of_its_own_inside_its_cell_is_the_cells() -> None:
    def cell(content: str) -> str:
        return f"<w:tc>{content}</w:tc>"

    def row(*cells: str) -> str:
        return f"<w:tr>{''.join(cells)}</w:tr>"

    framed = f"<w:tbl>{row(cell(p('1207')))}</w:tbl>" + p("")
    table = row(cell(p("信息内容")), cell(p("本年处理决定数量"))) + row(cell(p("行政许可")), cell(framed))
    title = p("虚构县水务局2023年政府信息公开工作年度报告")
    report = read_body(package(f"{title}<w:tbl>{table}</w:tbl>"))
    assert report.active_disclosure is not None
    assert report.active_disclosure["licensing"] == {"decisions": 1207}
