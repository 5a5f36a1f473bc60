"""Truth -> plain text, in the two shapes that archives of these reports hold.

`as_from_pdf`: a table row on each line, cells parted by single spaces, long labels folded over several
lines, blank lines between lines of prose, form feeds between pages. `as_from_web`: a cell on each line
behind a tab, rows parted by blank lines, empty cells as bare tabs where a rowspan goes on.
"""

from __future__ import annotations

from tests.made import form
from tests.made.layout import Printed, Slot, tables
from tests.made.truth import Truth

_LINE = 28


def as_from_pdf(truth: Truth, *, folded: bool = True) -> str:
    """The text that a program reads out of a PDF, reading order kept."""
    out = _head(truth)
    lines: list[str] = []
    for paragraph in out:
        lines += [line + "\n" for line in _fold(paragraph)]
    for number, heading in enumerate(form.HEADINGS[0], start=1):
        lines.append(heading + "\n")
        for paragraph in truth.prose.get(number, ()):
            lines += [line + "\n" for line in _fold(paragraph)]
        for printed in tables(truth).get(number, ()):
            lines += _rows(printed, folded)
            lines.append("\f")
    lines += [truth.organization + "\n", f"{truth.published.year} 年 {truth.published.month} 月\n"]
    return "\n".join(lines)


def as_from_web(truth: Truth, *, numbered: bool = True) -> str:
    """The text that a program reads out of a web page; without `numbered` the headings' 一、 is lost."""
    lines = _head(truth)
    for number, heading in enumerate(form.HEADINGS[0], start=1):
        lines.append(heading if numbered else heading.split("、", 1)[1])
        lines += truth.prose.get(number, ())
        for printed in tables(truth).get(number, ()):
            lines += ["", *_cells(printed), ""]
    lines.append(" " * 5 + truth.organization)
    return "\n".join(lines) + "\n"


def _head(truth: Truth) -> list[str]:
    return [truth.title, *truth.preface]


def _fold(paragraph: str) -> list[str]:
    return [paragraph[i : i + _LINE] for i in range(0, len(paragraph), _LINE)]


def _rows(printed: Printed, folded: bool) -> list[str]:
    """A line for each row; a label of several lines stands above its numbers."""
    lines = []
    for row in printed.rows:
        labels = [slot.text for slot in row if slot.path is None and slot.text]
        values = [slot.text for slot in row if slot.path is not None]
        if not values:
            lines.append(" ".join(labels))
            continue
        if not folded or printed.name != "requests" or not labels:
            lines.append(" ".join((*labels, *values)))
            continue
        *groups, own = labels
        for group in groups:
            lines += _narrow(group, 4)
        pieces = _narrow(own, 12)
        if len(pieces) == 1:
            lines.append(" ".join((own, *values)))
        else:
            lines += [*pieces, " ".join(values)]
    return lines


def _narrow(label: str, width: int) -> list[str]:
    return [label[i : i + width] for i in range(0, len(label), width)]


def _cells(printed: Printed) -> list[str]:
    """A line for each cell, a blank line after each row; slots under a rowspan are bare tabs."""
    under: dict[tuple[int, int], bool] = {}
    lines = []
    for at, row in enumerate(printed.rows):
        cells: dict[int, str] = {column: "" for (line, column) in under if line == at}
        for slot in row:
            cells[slot.column] = _broken(slot)
            for below in range(1, slot.rowspan):
                under[at + below, slot.column] = True
        lines += ["\t" + cells[column] for column in sorted(cells)]
        lines.append("")
    return lines


def _broken(slot: Slot) -> str:
    """Short labels of 表四 and of the applicants keep the line break that their narrow column had."""
    narrow = slot.path is None and len(slot.text) == 4 and slot.text.isalpha()
    return f"{slot.text[:2]}\n{slot.text[2:]}" if narrow else slot.text
