"""Verification of what is derived: readings and published reports, and who is to blame where they differ."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.publish import publish
from pipelines.report.read import PARSER_VERSION
from pipelines.verify import Derived
from storage.catalogue import Catalogue
from storage.findings import CODES, Finding
from storage.keys import parse_key, raw_key
from storage.repair import Repaired
from storage.verify import Scope, Verification
from tests.pipelines.damaging import DERIVED, UNCHECKED, a_report, report_missing
from tests.pipelines.folding import SITE, Desk, document
from tests.pipelines.random_damage import SORTS, rounds
from tests.storage.damaging import DAMAGES, NOTICES

YEARS = (2022, 2023, 2024)
ORGANIZATIONS = ("北京市西城区虚构局", "北京市西城区示例局")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Six published reports, two runs, one page corrected in the second."""
    made = Desk(tmp_path)
    pages = [
        (f"/{number}-{year}.html", document(name, year, received=number + 3, carried=(number, number)))
        for number, name in enumerate(ORGANIZATIONS)
        for year in YEARS
    ]
    made.crawl(*pages)
    made.crawl(("/0-2024.html", document(ORGANIZATIONS[0], 2024, received=9)))
    made.publish()
    return made


@contextmanager
def looked(desk: Desk, *sites: str) -> Iterator[tuple[Derived, Catalogue]]:
    """A whole verification, by the storage and by the fold."""
    with desk.open() as archive:
        catalogue = Catalogue(desk.folder / "state" / "fixity.sqlite", None)
        done = Verification(archive.store, catalogue, Scope(sites), datetime.now(UTC), lambda *_: None)
        done.run()
        derived = Derived(done, archive, desk.reader, desk.corrections)
        derived.verify()
        yield derived, catalogue
        catalogue.close()


def findings(desk: Desk, *sites: str) -> list[Finding]:
    with looked(desk, *sites) as (_, catalogue):
        return list(catalogue.findings())


def damage(desk: Desk) -> set[tuple[str, str]]:
    return {(one.code, one.key) for one in findings(desk) if one.level == "damage"}


def test_there_is_a_broken_archive_for_each_code() -> None:
    broken = {name.split(":")[0].split()[0] for name in (*DAMAGES, *DERIVED)}
    assert broken | NOTICES.keys() | UNCHECKED.keys() == set(CODES)


def test_a_reading_is_not_believed_whose_seal_is_not_its_own(desk: Desk) -> None:
    """A changed digit of a stored reading reaches no report: the body is read again."""
    before = desk.files()
    with desk.open() as archive:
        DERIVED["reading-damaged: changed"](archive.store)
        for key in list(archive.store.list("reports/")):
            archive.store.remove(key)
    desk.publish()
    assert desk.files() == before
    assert findings(desk) == []


def test_a_sound_archive_has_no_findings(desk: Desk) -> None:
    before = desk.files()
    assert findings(desk) == []
    assert findings(desk, SITE) == []
    assert desk.files() == before
    assert desk.plain.asked == 7


@pytest.mark.parametrize("name", DERIVED)
def test_each_damage_is_named_and_nothing_else(desk: Desk, name: str) -> None:
    with desk.open() as archive:
        expected = DERIVED[name](archive.store)
    assert {code for code, _ in expected} == {name.split(":")[0]}
    assert damage(desk) == expected
    assert damage(desk) == expected


@pytest.mark.parametrize("name", [name for name in DERIVED if name != "reading-orphan"])
def test_what_is_derived_is_made_again_and_what_was_there_kept_aside(desk: Desk, name: str) -> None:
    with desk.open() as archive:
        derived = {
            key: archive.store.get(key) for k in ("reports", "parses") for key in archive.store.list(f"{k}/")
        }
        expected = DERIVED[name](archive.store)
        broken = {key: archive.store.get(key) for _, key in expected if archive.store.exists(key)}
    with looked(desk) as (again, _):
        mended = list(again.mend())
    assert {one.key for one in mended if isinstance(one, Repaired)} == {key for _, key in expected}
    assert findings(desk) == []
    with desk.open() as archive:
        kinds = ("reports", "parses")
        assert derived == {key: archive.store.get(key) for k in kinds for key in archive.store.list(f"{k}/")}
        for one in mended:
            assert isinstance(one, Repaired)
            assert (one.quarantined is not None) == (one.key in broken)
            if one.quarantined is not None:
                assert archive.store.get(one.quarantined) == broken[one.key]


def test_where_the_journal_is_damaged_no_report_is_blamed(desk: Desk) -> None:
    with desk.open() as archive:
        key = sorted(archive.store.list("captures/"))[0]
        whole = archive.store.get(key)
        archive.store.remove(key)
    found = findings(desk)
    assert [(one.code, one.key) for one in found if one.level == "damage"] == [("segment-missing", key)]
    assert ("reports-unchecked", f"reports/{SITE}/") in {(one.code, one.key) for one in found}
    with desk.open() as archive:
        archive.store.put(key, whole)
    assert findings(desk) == []


def test_reports_are_compared_after_their_journal_was_restored(desk: Desk) -> None:
    with looked(desk):
        pass
    with desk.open() as archive:
        key = sorted(archive.store.list("captures/"))[0]
        whole = archive.store.get(key)
        archive.store.remove(key)
        (_, spoilt), *_ = report_missing(archive.store)
    with looked(desk) as (derived, catalogue):
        assert "report-missing" not in catalogue.counts()
        with desk.open() as archive:
            archive.store.put(key, whole)
        assert [one.key for one in derived.mend({key}) if isinstance(one, Repaired)] == [spoilt]
    assert findings(desk) == []


def test_a_site_that_is_being_crawled_is_left_for_later(desk: Desk) -> None:
    with desk.open() as crawling, crawling.held(SITE):
        assert [one.code for one in findings(desk)] == ["reports-unchecked"]


def test_reports_of_an_older_parser_are_not_compared_while_its_readings_are_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk.open() as archive:
        expected = UNCHECKED["reports-unchecked"](archive.store)
    assert {(one.code, one.key) for one in findings(desk)} == expected
    assert desk.plain.asked == 7
    with desk.open() as archive:
        publish(archive, SITE, desk.reader)
    assert findings(desk) == []


def test_a_body_that_is_lost_leaves_its_reading_and_report_unblamed(desk: Desk) -> None:
    with desk.open() as archive:
        key = sorted(archive.store.list("raw/"))[2]
        archive.store.remove(key)
    assert damage(desk) == {("body-missing", key)}


def test_where_the_journal_is_damaged_no_reading_is_an_orphan(desk: Desk) -> None:
    """Its body is gone, too, and the line that named it may be what was damaged."""
    with desk.open() as archive:
        lost = {sorted(archive.store.list("captures/"))[0], sorted(archive.store.list("raw/"))[0]}
        whole = {key: archive.store.get(key) for key in lost}
        for key in lost:
            archive.store.replace(key, b"")
            archive.store.remove(key)
    assert {key for _, key in damage(desk)} <= lost
    with desk.open() as archive:
        for key, data in whole.items():
            archive.store.put(key, data)
    assert findings(desk) == []


@pytest.mark.parametrize("how", ["gone", "changed"])
def test_a_report_is_missed_though_its_reading_is_lost_too(desk: Desk, how: str) -> None:
    assert findings(desk) == []
    with desk.open() as archive:
        report, reading = a_report(archive.store, 4), ""
        (source,) = json.loads(archive.store.get(report))["sources"]
        archive.store.remove(report)
        reading = parse_key(PARSER_VERSION, source["sha256"])
        if how == "gone":
            archive.store.remove(reading)
        else:
            archive.store.replace(reading, b"{}")
    code = "reading-missing" if how == "gone" else "reading-damaged"
    assert damage(desk) == {(code, reading), ("report-missing", report)}


def test_a_report_is_not_blamed_for_what_last_years_lost(desk: Desk) -> None:
    """It says what does not fit last year's figures; without those, the fold says less."""
    desk.crawl(("/0-2023.html", document(ORGANIZATIONS[0], 2023, carried=(7, 0))))
    desk.publish()
    with desk.open() as archive:
        before, report = a_report(archive.store, 1), a_report(archive.store, 3)
        assert b"carry-over" in archive.store.get(report)
        (source,) = json.loads(archive.store.get(before))["sources"]
        broken = {before, raw_key(source["sha256"]), parse_key(PARSER_VERSION, source["sha256"])}
        for key in broken:
            archive.store.replace(key, b"")
    assert {key for _, key in damage(desk)} == broken


def test_random_damage_to_everything_is_named_exactly() -> None:
    counts, wrong = rounds(12, 0)
    assert not wrong
    assert set(counts) == set(SORTS)
