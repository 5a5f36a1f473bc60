"""Which colour a cell bears: what is against it decides, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from pipelines.evidence.cells import COLOURS, WORDS, ShownCell, shown_cells
from pipelines.report.model import Correction, Evidence, Finding, Place, Report
from tests.cli.made import report

TOTAL = "requests.received.total"


def shown(made: Report) -> dict[str, ShownCell]:
    return {cell.path: cell for cell in shown_cells(made)}


def test_every_cell_is_shown_blank_and_unreadable_apart() -> None:
    cells = shown(report())
    assert (cells[TOTAL].state, cells[TOTAL].value) == ("read", "0")
    blank, unreadable = cells["requests.carried_in.natural_person"], cells["requests.carried_in.business"]
    assert (blank.state, blank.value) == ("blank", "blank")
    assert (unreadable.state, unreadable.value, unreadable.raw) == ("unreadable", "?", "0 00")
    assert "requests.granted.total" not in cells


def test_each_cell_of_an_identity_that_fails_is_flagged_and_bears_its_letter() -> None:
    kinds = ("natural_person", "total")
    paths = tuple(f"requests.received.{column}" for column in kinds)
    error = Finding("requests-row-total", "error", "requests.received.*", "…", paths)
    cells = shown(report(findings=[error]))
    assert {(cells[path].state, cells[path].letters) for path in paths} == {("flagged", "a")}
    assert cells["requests.received.business"].state == "read"


def test_a_note_flags_its_own_cell_and_no_other() -> None:
    unit = Finding("unit-stated", "info", TOTAL, "…", ("requests.received.business",))
    open_sum = Finding(
        "not-assessable", "info", "requests.*.legal_service", "…", ("requests.received.other",)
    )
    cells = shown(report(findings=[unit, open_sum]))
    assert cells[TOTAL].state == "flagged"
    assert [path for path, cell in cells.items() if cell.letters] == [TOTAL]


def test_corrected_and_recognised_cells_say_so() -> None:
    corrected = Evidence("8", "corrected", Place(), correction=Correction(8, "李四", "seen"))
    recognised = Evidence("3001", "ocr", Place(), confidence=0.973)
    made = report()
    made = replace(
        made, evidence=made.evidence | {TOTAL: corrected, "requests.received.natural_person": recognised}
    )
    cells = shown(made)
    assert (cells[TOTAL].state, cells[TOTAL].note) == ("corrected", "the reader gave 8")
    assert cells["requests.received.natural_person"].state == "read"
    assert cells["requests.received.natural_person"].note == "ocr 0.97"


def test_every_state_has_a_colour_of_its_own_and_a_word() -> None:
    assert len(set(COLOURS.values())) == len(COLOURS)
    assert COLOURS.keys() == WORDS.keys()
