"""Corrections files: what is refused and how it is said, and which document an entry belongs to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines.corrections import Corrections, load_corrections
from pipelines.errors import CorrectionFileError
from pipelines.report.model import Report, Source

DIGEST = "ab" * 32
ENTRY = f"""
[[correction]]
sha256 = "{DIGEST}"
cell = "requests.received.total"
read = "unreadable"
value = 37
by = "李四"
why = "the stamp covers it"
date = 2026-01-31
"""


def load(text: str, folder: Path, name: str = "mine.toml") -> Corrections:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return load_corrections([path], listed="")


def refused(text: str, folder: Path) -> str:
    with pytest.raises(CorrectionFileError) as caught:
        load(text, folder)
    assert str(caught.value).startswith(str(folder / "mine.toml"))
    return str(caught.value)


def test_an_entry_is_read_whole(tmp_path: Path) -> None:
    (one,) = load(ENTRY, tmp_path)
    assert (one.sha256, one.cell, one.read, one.value) == (
        DIGEST,
        "requests.received.total",
        "unreadable",
        37,
    )
    assert (one.by, one.why, one.date.isoformat()) == ("李四", "the stamp covers it", "2026-01-31")
    assert one.source.endswith("mine.toml: correction 1")


def test_nothing_ships_that_nobody_reviewed() -> None:
    assert list(load_corrections(listed="")) == []


def test_files_and_folders_are_named_as_in_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.toml").write_text(ENTRY, encoding="utf-8")
    file = tmp_path / "b.toml"
    file.write_text(ENTRY.replace("received.total", "received.business"), encoding="utf-8")
    monkeypatch.setenv("GONGKAI_CORRECTIONS", os.pathsep.join([str(folder), str(file)]))
    assert [one.cell for one in load_corrections()] == [
        "requests.received.total",
        "requests.received.business",
    ]


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (f'"{DIGEST}"', '"12"', "correction 1: sha256: should be the 64"),
        (
            ".total",
            ".totla",
            "cell: 'requests.received.totla' is no cell of the form. Did you mean requests.rec",
        ),
        ('"requests.received.total"', "7", "cell: should be a path in quotes"),
        ('read = "unreadable"\n', "", "read: missing. Add what the reader gave"),
        (
            '"unreadable"',
            '"gone"',
            'read: should be a number without quotes or "blank" or "unreadable" or "mis',
        ),
        ("37", '"31"', 'value: should be a number without quotes or "blank"'),
        ("37", '"unreadable"', "value: should be a number"),
        ("37", "true", "value: should be a number"),
        ("37", "nan", "value: NaN is no number"),
        ("37", "0.1234567890123456789", "value: 0.1234567890123456789 has more digits"),
        ('"李四"', '" "', "by: should be a text"),
        ("2026-01-31", '"2026-01-31"', "date: should be a day without quotes"),
        ("by =", "from =", "from: no such key"),
        ("why =", "whyy =", "Did you mean why?"),
        ("[[correction]]", "[correction]", "entries stand below lines that say [[correction]]"),
        ("[[correction]]", "", "entries stand below lines that say [[correction]]"),
        ("[[correction]]", "[[correction]", "cannot be read as TOML"),
        ("cell =", "part = 0\ncell =", "part: should be the number, from 1"),
    ],
)
def test_a_wrong_entry_is_a_sentence(before: str, after: str, says: str, tmp_path: Path) -> None:
    assert before in ENTRY
    assert says in refused(ENTRY.replace(before, after), tmp_path)


@pytest.mark.parametrize(
    ("read", "value", "says"),
    [
        ("2023", "24", "value: 24 is no year"),
        ('"2023"', "2024", "read: should be a year without quotes"),
        ("2023", '"blank"', "value: should be a year without quotes"),
    ],
)
def test_a_year_is_a_year(read: str, value: str, says: str, tmp_path: Path) -> None:
    text = ENTRY.replace("requests.received.total", "year").replace('"unreadable"', read)
    assert says in refused(text.replace("37\nby", f"{value}\nby"), tmp_path)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CorrectionFileError, match=r"none\.toml: no such file"):
        load_corrections([tmp_path / "none.toml"], listed="")


def test_a_folder_without_corrections_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "mine.tml").write_text(ENTRY, encoding="utf-8")
    with pytest.raises(CorrectionFileError, match=r"no file in this folder ends in \.toml"):
        load_corrections(listed=str(tmp_path))


def test_two_entries_for_one_cell_are_refused(tmp_path: Path) -> None:
    said = refused(ENTRY + ENTRY, tmp_path)
    assert "correction 2" in said
    assert "correction 1" in said
    assert len(list(load(ENTRY + ENTRY.replace(".total", ".business"), tmp_path))) == 2


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(ENTRY, encoding="utf-8")
    assert len(list(load_corrections([path], listed=str(tmp_path)))) == 1


def reading(member: str | None = None, part: int | None = None) -> Report:
    return Report(sources=(Source(DIGEST, "text/html", member=member, part=part),))


def test_an_entry_belongs_to_its_file_member_and_part(tmp_path: Path) -> None:
    plain = load(ENTRY, tmp_path)
    assert [one.cell for one in plain.of(reading())] == ["requests.received.total"]
    assert plain.of(reading(member="a.docx")) == ()
    assert plain.of(Report(sources=(Source("cd" * 32, "text/html"),))) == ()
    of_member = load(ENTRY.replace("cell =", 'member = "a.docx"\npart = 2\ncell ='), tmp_path)
    assert of_member.of(reading()) == ()
    assert of_member.of(reading("a.docx", 1)) == ()
    assert len(of_member.of(reading("a.docx", 2))) == 1


def test_a_body_is_known_by_the_digest_of_what_came_over_the_wire_too(tmp_path: Path) -> None:
    corrections = load(ENTRY.replace(DIGEST, "cd" * 32), tmp_path)
    assert len(corrections.of(reading(), "cd" * 32)) == 1
    assert corrections.of(reading()) == ()


def test_the_digest_tells_sets_of_corrections_apart(tmp_path: Path) -> None:
    one = load(ENTRY, tmp_path).digest
    assert load(ENTRY, tmp_path, "other.toml").digest == one
    assert load(ENTRY.replace("37\n", "38\n"), tmp_path).digest != one
    assert Corrections().digest != one
