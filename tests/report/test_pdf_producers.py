"""Reports printed by Chromium, LibreOffice and ReportLab in many ways: every cell right, or spoken of."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from pipelines.report.model import Document, Grid, Place, Report
from pipelines.report.read import read_body, read_document
from pipelines.report.readers import pdf as reader
from pipelines.report.readers import pdf_shapes
from pipelines.report.readers.pdf_page import Page, Rule
from tests.made import pdf as made
from tests.made.truth import Truth, make, with_blank_zeros, with_errors
from tests.report import pdf_variants as variants
from tests.report.pdf_variants import Variant

Printer = Callable[[bytes], bytes]
CHROMIUM, LIBREOFFICE = made.html_to_pdf_chromium, made.html_to_pdf_libreoffice


def printed(printer: Printer, chosen: tuple[Variant, ...], paper: str = "A4") -> dict[str, bytes]:
    try:
        return variants.parts(printer(variants.page(chosen, paper)), chosen)
    except made.ConverterMissing as missing:
        pytest.skip(str(missing))


def wrong(report: Report, truth: Truth) -> dict[str, tuple[object, object]]:
    """Path -> (true value, value read) where they differ."""
    out: dict[str, tuple[object, object]] = {}
    for path, value in truth.cells().items():
        name, row, column = path.split(".")
        got = (getattr(report, name) or {}).get(row, {}).get(column)
        if got != value:
            out[path] = (value, got)
    return out


def silent(report: Report, truth: Truth) -> dict[str, tuple[object, object]]:
    """The wrong ones that no finding speaks of."""
    spoken = {finding.where for finding in report.findings} | {
        path for finding in report.findings for path in finding.evidence
    }
    return {
        path: values
        for path, values in wrong(report, truth).items()
        if values[1] is not None and not {path, path.rsplit(".", 1)[0], path.split(".")[0]} & spoken
    }


@pytest.mark.parametrize("printer", [CHROMIUM, LIBREOFFICE], ids=["chromium", "libreoffice"])
@pytest.mark.parametrize("chosen", [variants.BORDERS, variants.BREAKS], ids=["borders", "breaks"])
def test_every_cell_is_right(printer: Printer, chosen: tuple[Variant, ...]) -> None:
    bodies = printed(printer, chosen)
    bad = {}
    for variant in chosen:
        report = read_body(bodies[variant.name])
        truth = variants.truth_of(variant)
        # A number broken in the middle by a column too narrow for it may as well be two.
        judge = silent if variant.name == "narrow" else wrong
        if difference := judge(report, truth):
            bad[variant.name] = difference
        assert (report.organization, report.year) == (truth.organization, truth.year), variant.name
    assert not bad


@pytest.mark.parametrize("printer", [CHROMIUM, LIBREOFFICE], ids=["chromium", "libreoffice"])
def test_tables_with_few_rules_or_none_hold_no_invented_number(printer: Printer) -> None:
    bodies = printed(printer, variants.SPARSE, "A4 landscape")
    bad, right = {}, 0
    for variant in variants.SPARSE:
        report, truth = read_body(bodies[variant.name]), variants.truth_of(variant)
        right += len(truth.cells()) - len(wrong(report, truth))
        if invented := silent(report, truth):
            bad[variant.name] = invented
    assert not bad
    assert right > 0.8 * sum(len(variants.truth_of(variant).cells()) for variant in variants.SPARSE)


@pytest.mark.parametrize("name", sorted(made.PDF_STYLES))
@pytest.mark.parametrize(
    "change", [lambda truth: truth, with_errors, with_blank_zeros], ids=["", "errors", "blank"]
)
def test_reportlab_styles(name: str, change: Callable[[Truth], Truth]) -> None:
    truth = change(make(f"producers/{name}"))
    body = made.pdf(truth, made.PDF_STYLES[name])
    assert wrong(read_body(body), truth) == {}


@pytest.mark.parametrize("name", ["plain", "dashed", "early-break"])
def test_both_engines_read_the_same(name: str) -> None:
    body = made.pdf(make(f"engines/{name}"), made.PDF_STYLES[name])
    fast, slow = plain(reader.read(body, engine="pdfium")), plain(reader.read(body, engine="pdfplumber"))
    assert fast == slow


def plain(document: Document) -> list[object]:
    return [
        [cell.text for cell in block.cells] if isinstance(block, Grid) else block
        for block in (replace(block, place=Place()) for block in document.blocks)
    ]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("harm", ["dropped", "gapped", "added"])
def test_damaged_rules_invent_no_number(seed: int, harm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules lost, interrupted or drawn where none belong: a cell is right, open, or spoken of."""
    rng = random.Random(f"{seed}/{harm}")
    share = rng.choice((0.02, 0.08, 0.2))
    finish = pdf_shapes.Shapes.finish

    def damaged(shapes: pdf_shapes.Shapes) -> None:
        finish(shapes)
        page: Page = shapes._page
        page.horizontals = _harm(page.horizontals, harm, share, rng)
        page.verticals = _harm(page.verticals, harm, share, rng)

    truth = make(f"damaged/{seed}", busy=0.6)
    body = made.pdf(truth, made.PDF_STYLES[rng.choice(sorted(made.PDF_STYLES))])
    monkeypatch.setattr(pdf_shapes.Shapes, "finish", damaged)
    # pdfplumber would see the rules undamaged.
    assert silent(read_document(reader.read(body, engine="pdfium"), "0" * 64), truth) == {}


def _harm(rules: list[Rule], harm: str, share: float, rng: random.Random) -> list[Rule]:
    out: list[Rule] = []
    for rule in rules:
        if rng.random() >= share or (harm == "gapped" and rule.hi - rule.lo <= 30) or harm == "added":
            out.append(rule)
        elif harm == "gapped":
            lo = rng.uniform(rule.lo, rule.hi - 20)
            hi = lo + rng.uniform(15, 120)
            out += [Rule(a, b, rule.at) for a, b in ((rule.lo, lo), (hi, rule.hi)) if b - a > 3]
    if harm == "added":
        for _ in range(int(share * 10)):
            lo = rng.uniform(60, 500)
            out.append(Rule(lo, lo + rng.uniform(20, 200), rng.uniform(80, 700)))
    return out
