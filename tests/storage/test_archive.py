"""What an archive promises while nothing goes wrong, on a folder and on S3."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from storage.archive import Archive
from storage.errors import NotFound, SiteBusy, StorageError
from storage.journal import Capture, question
from storage.keys import digest
from tests.storage.made import NOW, body, capture

Opener = Callable[[], Archive]


def crawl(archive: Archive, numbers: range | list[int], site: str = "xuxian") -> str:
    """A run that records these pages; returns the key of its record."""
    run = archive.start_run(site, NOW)
    for number in numbers:
        run.record(capture(number), body(number))
    return run.finish({"expected": len(numbers)})


def test_a_capture_is_part_of_the_archive_once_it_is_sealed(archive: Archive) -> None:
    run = archive.start_run("xuxian", NOW)
    kept = run.record(capture(1, site="other", run="other"), body(1))
    assert (kept.site, kept.run) == ("xuxian", run.id)
    assert (kept.sha256, kept.size) == (digest(body(1)), len(body(1)))
    assert archive.latest("xuxian", kept.url) is None
    assert run.behind == 1
    assert run.flush(30) == (kept,)
    assert run.commit() == run.flush(30) == ()
    assert (run.behind, run.away) == (0, None)
    assert archive.body(digest(body(1))) == body(1)
    assert archive.latest("xuxian", kept.url) == kept
    assert list(archive.documents("xuxian")) == [kept]


def test_what_was_posted_tells_answers_of_one_address_apart(archive: Archive) -> None:
    run = archive.start_run("xuxian", NOW)
    url = capture(1).url
    for number, posted in enumerate(("page=1", "page=2")):
        answer = capture(1, role="list", method="POST", request_body=posted)
        run.record(answer, body(number))
    run.flush(30)
    assert archive.latest("xuxian", url) is None  # a conditional GET must not build on what a POST gave
    for number, posted in enumerate(("page=1", "page=2")):
        found = archive.latest("xuxian", question(url, "POST", posted))
        assert found is not None
        assert (found.request_body, found.sha256) == (posted, digest(body(number)))


def test_the_last_word_on_an_address_may_be_unsound(archive: Archive) -> None:
    run = archive.start_run("xuxian", NOW)
    sound = run.record(capture(1), body(1))
    gone = run.record(replace(capture(2, url=sound.url), status=404), body(2))
    run.flush(30)
    assert archive.latest("xuxian", sound.url) == sound
    assert archive.last("xuxian", sound.url) == gone


def test_the_run_record_commits_the_segments_and_names_the_one_before(archive: Archive) -> None:
    first = crawl(archive, [1, 2])
    second = crawl(archive, [3])
    records = sorted(archive.runs("xuxian"), key=lambda record: len(record["previous"]))
    assert [record["previous"] for record in records] == [[], [first[-69:-5]]]
    assert records[0] | {"run": "", "segments": []} == {
        "schema": "gongkai.run/1",
        "run": "",
        "site": "xuxian",
        "machine": platform.node(),
        "started": "2026-02-03T04:05:06+00:00",
        "ended": "finished",
        "expected": 2,
        "captures": 2,
        "segments": [],
        "previous": [],
    }
    for key, record in zip((first, second), records, strict=True):
        assert digest(archive.store.get(key)) == key[-69:-5]
        [segment] = record["segments"]
        assert digest(archive.store.get(segment)) == segment[-70:-6]
    assert sorted(archive.store.list("captures/")) == sorted(
        s for record in records for s in record["segments"]
    )


def test_a_body_that_is_known_is_put_once(archive: Archive) -> None:
    crawl(archive, [1])
    before = list(archive.store.list("raw/"))
    run = archive.start_run("xuxian", NOW)
    run.record(capture(2), body(1))
    run.finish({})
    assert list(archive.store.list("raw/")) == before
    assert [c.sha256 for c in archive.documents("xuxian")] == [digest(body(1))] * 2


def test_a_304_names_a_body_that_the_archive_holds(archive: Archive) -> None:
    crawl(archive, [1])
    run = archive.start_run("xuxian", NOW)
    unchanged = run.record(capture(2, status=304, sha256=digest(body(1)), flags=("unchanged",)), None)
    astray = capture(3, status=304, sha256=digest(body(9)))
    with pytest.raises(NotFound) if archive.store.local else nullcontext():
        run.record(astray, None)
    run.finish({})
    told = [] if archive.store.local else [{"url": astray.url, "sha256": astray.sha256}]
    assert [gone for record in archive.runs("xuxian") for gone in record.get("lost", [])] == run.lost == told
    assert archive.latest("xuxian", unchanged.url) == unchanged
    assert len(list(archive.captures("xuxian"))) == 2


def test_captures_without_a_body_are_kept_and_no_request_builds_on_them(archive: Archive) -> None:
    run = archive.start_run("xuxian", NOW)
    sound = run.record(capture(1), body(1))
    unsound: list[dict[str, Any]] = [{"status": 503}]
    unsound += [{"flags": (flag,)} for flag in ("truncated", "soft-404", "blocked")]
    for number, fields in enumerate(unsound, 2):
        run.record(replace(capture(number, **fields), url=sound.url), body(number))
    run.record(replace(capture(9, status=404), url=sound.url), None)
    run.finish({})
    assert archive.latest("xuxian", sound.url) == sound
    assert len(list(archive.captures("xuxian"))) == 6
    assert len(list(archive.documents("xuxian"))) == 4  # the flagged ones too; not the 503 and the 404


def test_only_reports_and_attachments_are_documents(archive: Archive) -> None:
    run = archive.start_run("xuxian", NOW)
    for number, role in enumerate(["robots", "list", "report", "attachment"]):
        run.record(capture(number, role=role), body(number))
    run.finish({})
    assert [c.role for c in archive.documents("xuxian")] == ["report", "attachment"]
    assert len(list(archive.captures("xuxian", run=next(archive.runs("xuxian"))["run"]))) == 4
    assert list(archive.captures("xuxian", run="20200101T000000Z-000000")) == []


def test_captures_come_in_order_of_time_whatever_order_they_were_recorded_in(archive: Archive) -> None:
    for numbers in ([5, 1], [4, 2], [3]):
        crawl(archive, numbers)
    assert [c.received for c in archive.documents("xuxian")] == [capture(n).received for n in range(1, 6)]
    assert list(archive.documents("other")) == []


def test_threads_may_record_while_another_commits(archive: Archive) -> None:
    run = archive.start_run("xuxian", NOW)
    sealed: list[Capture] = []
    with ThreadPoolExecutor(4) as threads:
        recording = [threads.submit(run.record, capture(n), body(n % 7)) for n in range(40)]
        for future in recording:
            future.result()
            sealed.extend(run.commit())
    sealed.extend(run.flush(30))
    run.finish({})
    assert sorted(c.url for c in sealed) == sorted(capture(n).url for n in range(40))
    assert sum(1 for _ in archive.captures("xuxian")) == 40
    assert sum(1 for _ in archive.store.list("raw/")) == 7


def test_a_run_that_is_over_takes_nothing_more(archive: Archive) -> None:
    run = archive.start_run("xuxian", NOW)
    run.finish({"ended": "incomplete"})
    with pytest.raises(StorageError, match="is over"):
        run.record(capture(1), body(1))
    run.abandon()
    assert [record["ended"] for record in archive.runs("xuxian")] == ["incomplete"]


def test_a_finished_run_leaves_no_spool(archive: Archive, state: Path) -> None:
    crawl(archive, range(3))
    assert list(state.rglob("*.part")) == []
    assert archive.recover().total == 0


def test_another_process_sees_what_was_committed_and_follows_what_comes(open_archive: Opener) -> None:
    writer, reader = open_archive(), open_archive()
    crawl(writer, [1])
    assert len(list(reader.documents("xuxian"))) == 1
    crawl(writer, [2])
    reader.follow("xuxian")
    assert len(list(reader.documents("xuxian"))) == 2


def test_another_machine_follows_the_journal(archive: Archive, archive_url: str, tmp_path: Path) -> None:
    crawl(archive, range(5))
    archive.mark_clean("xuxian")
    with Archive.open(archive_url, state=tmp_path / "another machine") as other:
        assert list(other.documents("xuxian")) == list(archive.documents("xuxian"))
        assert list(other.runs("xuxian")) == list(archive.runs("xuxian"))
        assert other.dirty("xuxian")


def test_a_site_is_dirty_from_the_start_of_a_run_until_all_is_published(open_archive: Opener) -> None:
    archive = open_archive()
    assert not archive.dirty("xuxian")
    run = archive.start_run("xuxian", NOW)
    assert open_archive().dirty("xuxian")
    run.record(capture(1), body(1))
    run.commit()
    published = archive.dirty("xuxian")
    run.record(capture(2), body(2))
    run.finish({})
    archive.mark_clean("xuxian", published)
    assert archive.dirty("xuxian")
    archive.mark_clean("xuxian", archive.dirty("xuxian"))
    assert not open_archive().dirty("xuxian")


def test_readings_are_kept_by_version_and_body(archive: Archive) -> None:
    sha256 = digest(body(1))
    assert archive.parse("0.1.0", sha256) is None
    archive.put_parse("0.1.0", sha256, {"b": 1, "a": "西城"})
    archive.put_parse("0.1.0", sha256, {"b": 1, "a": "西城"})
    assert archive.parse("0.1.0", sha256) == {"b": 1, "a": "西城"}
    assert archive.parse("0.2.0", sha256) is None
    archive.put_parse("0.1.0", sha256, {"b": 2})
    assert archive.parse("0.1.0", sha256) == {"b": 2}


def test_a_report_is_written_only_where_it_differs(archive: Archive) -> None:
    report = {"organization": "虚县虚构局", "year": 2025}
    assert archive.put_report("xuxian", 2025, "虚县虚构局", report)
    assert not archive.put_report("xuxian", 2025, "虚县虚构局", report)
    assert archive.put_report("xuxian", 2025, "虚县虚构局", report | {"title": "改"})
    assert archive.put_report("xuxian", 2024, "虚县假设局", report)
    assert [r.get("title") for r in archive.reports("xuxian")] == [None, "改"]
    assert [r.get("title") for r in archive.reports("xuxian", 2025)] == ["改"]
    assert archive.remove_report("xuxian", 2025, "虚县虚构局")
    assert not archive.remove_report("xuxian", 2025, "虚县虚构局")
    assert list(archive.reports("xuxian", 2025)) == []


def test_the_archive_says_what_it_is(archive: Archive) -> None:
    description = json.loads(archive.store.get("archive.json"))
    assert (description["format"], description["layout"]) == ("gongkai.archive", 1)


def test_it_knows_with_which_corrections_a_site_was_published(open_archive: Opener) -> None:
    archive = open_archive()
    assert archive.corrected_by("xuxian") == ""
    crawl(archive, [1])
    archive.mark_clean("xuxian", corrections="ab12")
    assert open_archive().corrected_by("xuxian") == "ab12"
    archive.mark_clean("xuxian")
    assert archive.corrected_by("xuxian") == ""


def test_it_names_the_sites_that_it_has_captures_of(archive: Archive) -> None:
    assert archive.sites() == []
    crawl(archive, [1], "xuxian")
    crawl(archive, [2], "beixian")
    assert archive.sites() == ["beixian", "xuxian"]


def test_no_run_begins_while_a_site_is_held(open_archive: Opener) -> None:
    archive, other = open_archive(), open_archive()
    with archive.held("xuxian"), pytest.raises(SiteBusy):
        other.start_run("xuxian", NOW)
    crawl(other, [1])
    run = other.start_run("xuxian", NOW)
    with pytest.raises(SiteBusy), archive.held("xuxian"):
        pass
    run.finish({})
