"""Reviewed corrections: the files that hold them, checked, and found by the document they belong to.

The shipped files lie in `pipelines/corrections/`, whose comments show an entry; `GONGKAI_CORRECTIONS`
names further files or folders of them. This module reads and checks entries. What a correction does to
a reading is `pipelines.report.corrected`'s business.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.errors import CorrectionFileError
from pipelines.report.corrected import (
    BLANK,
    MISSING,
    UNKNOWN,
    UNREADABLE,
    Reviewed,
    Said,
    apply_corrections,
    cells_of_the_form,
)
from pipelines.report.model import TABLES, Report, number_json

SHIPPED = Path(__file__).parent / "corrections"
VARIABLE = "GONGKAI_CORRECTIONS"
_KEYS = ("sha256", "member", "part", "cell", "read", "value", "by", "why", "date")
_OPTIONAL = ("member", "part")

Entry = Mapping[str, Any]
_Document = tuple[str, str | None, int | None]
"""Digest of the body, file inside it, number of the report inside that."""


class Corrections:
    """The corrections in force, by the document that they belong to."""

    def __init__(self, reviewed: Iterable[Reviewed] = ()) -> None:
        """`reviewed`: at most one for each cell of each document."""
        self._of: dict[_Document, list[Reviewed]] = {}
        self.used: set[Reviewed] = set()
        """Those that were applied to a reading."""
        for one in reviewed:
            self._of.setdefault(_document(one), []).append(one)

    def __iter__(self) -> Iterator[Reviewed]:
        """All of them, in the order of their files."""
        for found in self._of.values():
            yield from found

    def of(self, report: Report, sha256: str | None = None) -> tuple[Reviewed, ...]:
        """Those of the document that `report` was read from; `sha256`: its body's digest as archived."""
        source = report.sources[0] if report.sources else None
        if source is None:
            return ()
        digests = dict.fromkeys((sha256 or source.sha256, source.sha256))
        return tuple(c for digest in digests for c in self._of.get((digest, source.member, source.part), ()))

    def apply(self, report: Report, sha256: str | None = None) -> Report:
        """The reading with its document's corrections applied."""
        found = self.of(report, sha256)
        self.used.update(found)
        return apply_corrections(report, found)

    @property
    def digest(self) -> str:
        """Tells two sets of corrections apart, wherever their entries stand; "" where there are none."""
        if not self._of:
            return ""
        said = sorted(
            repr((_document(c), c.cell, str(c.read), str(c.value), c.by, c.why, c.date)) for c in self
        )
        return hashlib.sha256("\n".join(said).encode("utf-8", "surrogatepass")).hexdigest()


def load_corrections(extra: Iterable[Path] = (), *, listed: str | None = None) -> Corrections:
    """The shipped corrections, those of `listed` (default: `GONGKAI_CORRECTIONS`), and those of `extra`.

    Raises:
        CorrectionFileError: where a file is missing, is no TOML, or has a wrong entry, where a folder has
            no such file, and where two entries correct the same cell of the same document.
    """
    listed = os.environ.get(VARIABLE, "") if listed is None else listed
    found: dict[tuple[_Document, str], Reviewed] = {}
    named = [Path(name) for name in listed.split(os.pathsep) if name]
    for file in _files([SHIPPED, *named, *extra]):
        for one in _read(file):
            other = found.setdefault((_document(one), one.cell), one)
            if other is not one:
                raise CorrectionFileError(
                    f"{one.source} corrects {one.cell} of {one.sha256[:12]}…, and so does {other.source}. "
                    "Take one of them out."
                )
    return Corrections(found.values())


def _document(one: Reviewed) -> _Document:
    return one.sha256, one.member, one.part


def _files(paths: Iterable[Path]) -> list[Path]:
    files: dict[Path, Path] = {}
    for path in paths:
        found = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        if not found:
            raise CorrectionFileError(f"{path}: no file in this folder ends in .toml. Name another one.")
        files |= {file.resolve(): file for file in found}
    return list(files.values())


def _read(file: Path) -> Iterator[Reviewed]:
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        raise CorrectionFileError(
            f"{file}: no such file. Correct its name in {VARIABLE}, the configuration or the option."
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CorrectionFileError(f"{file}: cannot be read as TOML in UTF-8: {error}") from None
    entries = document.pop("correction", [])
    if document or not isinstance(entries, list):
        strange = next(iter(document), "correction")
        raise CorrectionFileError(f"{file}: {strange}: entries stand below lines that say [[correction]].")
    for number, entry in enumerate(entries, 1):
        yield _entry(f"{file}: correction {number}", entry)


def _entry(source: str, entry: Any) -> Reviewed:
    if not isinstance(entry, dict):
        raise CorrectionFileError(f"{source}: entries stand below lines that say [[correction]].")
    for key in entry:
        if key not in _KEYS:
            close = difflib.get_close_matches(key, _KEYS, n=1)
            hint = f"Did you mean {close[0]}?" if close else f"The keys are {', '.join(_KEYS)}."
            raise CorrectionFileError(f"{source}: {key}: no such key. {hint}")
    values: dict[str, Any] = {}
    for key in _KEYS:
        if key in entry:
            try:
                values[key] = _CHECKS[key](entry)
            except ValueError as problem:
                raise CorrectionFileError(f"{source}: {key}: {problem}") from None
        elif key not in _OPTIONAL:
            raise CorrectionFileError(f"{source}: {key}: missing. {_MISSING[key]}")
    return Reviewed(**values, source=source)


# ------------------------------------------------------------------ the keys


def _sha256(entry: Entry) -> str:
    value = entry["sha256"]
    if not isinstance(value, str) or not re.fullmatch("[0-9a-f]{64}", value):
        raise ValueError("should be the 64 small hexadecimal digits that `sources` has for the file.")
    return value


def _text(key: str) -> Callable[[Entry], str]:
    def checked(entry: Entry) -> str:
        value = entry[key]
        if not isinstance(value, str) or not value.strip():
            raise ValueError("should be a text that is not empty.")
        return value

    return checked


def _cell(entry: Entry) -> str:
    cell = entry["cell"]
    if not isinstance(cell, str):
        raise ValueError('should be a path in quotes, as in "requests.received.total".')
    if cell in ("organization", "year"):
        return cell
    known = [
        f"{n}.{row}.{column}" for n in TABLES for row, cs in cells_of_the_form(n).items() for column in cs
    ]
    if cell not in known:
        close = difflib.get_close_matches(cell, known, n=3)
        hint = (
            f"Did you mean {' or '.join(close)}?"
            if close
            else "docs/data-dictionary.md lists rows and columns."
        )
        raise ValueError(f"{cell!r} is no cell of the form. {hint}")
    return cell


def _said(key: str, words: tuple[str, ...]) -> Callable[[Entry], Said]:
    """Checks `read` or `value` for what the cell can hold; `words`: what a table's cell can be besides."""

    def checked(entry: Entry) -> Said:
        value, cell = entry[key], entry.get("cell")
        if cell == "organization":
            if not isinstance(value, str) or not value.strip():
                raise ValueError("should be a body's name in quotes.")
            return value.strip()
        if cell == "year" and value == UNKNOWN and key == "read":
            return UNKNOWN
        if isinstance(value, str) and value in words and cell != "year":
            return value
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            allowed = " or ".join(["a number without quotes", *(f'"{word}"' for word in words)])
            raise ValueError(f"should be {allowed if cell != 'year' else 'a year without quotes'}.")
        if cell == "year" and not (isinstance(value, int) and 1990 <= value <= 2100):
            raise ValueError(f"{value} is no year of a report.")
        return _exact(value)

    return checked


def _part(entry: Entry) -> int:
    value = entry["part"]
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("should be the number, from 1, of the report among those that the document prints.")
    return value


def _exact(value: int | Decimal) -> int | Decimal:
    """The number, a whole one as `int`; `ValueError` where JSON could not hold it."""
    if isinstance(value, Decimal) and (not value.is_finite() or abs(value) >= 10**15):
        raise ValueError(f"{value} is no number of a report.")
    number_json(value)
    return value


def _date(entry: Entry) -> date:
    value = entry["date"]
    if type(value) is not date:
        raise ValueError("should be a day without quotes, as in 2026-01-31.")
    return value


_CHECKS: dict[str, Callable[[Entry], Any]] = {
    "sha256": _sha256,
    "member": _text("member"),
    "part": _part,
    "cell": _cell,
    "read": _said("read", (BLANK, UNREADABLE, MISSING)),
    "value": _said("value", (BLANK,)),
    "by": _text("by"),
    "why": _text("why"),
    "date": _date,
}
_MISSING = {
    "sha256": "Add the file's digest, as `sources` in the report's JSON has it.",
    "cell": 'Add the path of the cell, as in cell = "requests.received.total".',
    "read": 'Add what the reader gave: a number, "blank", "unreadable" or "missing".',
    "value": 'Add what the document says: a number, or "blank".',
    "by": "Add who reviewed the document.",
    "why": "Add what stands in the document.",
    "date": "Add the day of the review, as in date = 2026-01-31.",
}
