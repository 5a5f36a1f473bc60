"""A run record adds up, names everything, and says "complete" only when it is so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.http import Response

from crawler.exits import Exit
from crawler.extensions.run_record import Outcome, RunRecord
from crawler.record import Record
from crawler.run import summary, worst
from storage.journal import Capture
from storage.tally import NEWS, STATES

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CAPTURE = Capture(
    "x", "r", "https://x.example/1", "https://x.example/1", 200, NOW, NOW, "report", sha256="0" * 64
)


def settled(capture: Capture, *, promised: bool = True) -> Record:
    record = Record()
    record.expect(capture.url, "report", "一份报告", promised=promised)
    record.settle_capture(capture)
    return record


def test_what_was_captured_is_complete() -> None:
    record = settled(CAPTURE)
    assert record.exit("finished") is Exit.OK
    assert record.to_json("finished")["captured"] == [CAPTURE.url]


def test_a_crawl_without_reports_says_why_it_is_not_complete() -> None:
    record = settled(replace(CAPTURE, status=404), promised=False)
    record.expect("https://x.example/list", "list")
    record.settle("https://x.example/list", "captured")
    assert record.exit("finished") is Exit.INCOMPLETE
    said = summary("x", Outcome(Exit.INCOMPLETE, record.to_json("finished")))
    assert "no page of a report was found" in said[-1]


def test_nothing_fetched_is_a_network_failure() -> None:
    assert Record().exit("finished") is Exit.NETWORK
    assert settled(replace(CAPTURE, status=500)).exit("finished") is Exit.NETWORK


def test_what_a_site_promises_and_does_not_have_is_named_so() -> None:
    gone = settled(replace(CAPTURE, status=404))
    (absent,) = gone.to_json("finished")["absent"]
    assert "though the site links to it" in absent["reason"]
    guessed = settled(replace(CAPTURE, flags=("soft-404",)), promised=False)
    (absent,) = guessed.to_json("finished")["absent"]
    assert "though" not in absent["reason"]


def test_failures_blocks_and_stops_are_incomplete() -> None:
    for capture in (
        replace(CAPTURE, url="https://x.example/2", status=500),
        replace(CAPTURE, url="https://x.example/2", flags=("blocked",)),
        replace(CAPTURE, url="https://x.example/2", flags=("truncated",)),
        replace(CAPTURE, url="https://x.example/2", flags=("too-large",), sha256=None),
    ):
        record = settled(CAPTURE)
        record.expect(capture.url, "report")
        record.settle_capture(capture)
        assert record.exit("finished") is Exit.INCOMPLETE
    stopped = settled(CAPTURE)
    stopped.expect("https://x.example/3", "report")
    assert stopped.exit("shutdown") is Exit.INCOMPLETE
    (failed,) = stopped.to_json("shutdown")["failed"]
    assert failed["reason"] == "the run ended before it was asked for"


def test_an_unread_document_and_a_bug_are_not_complete() -> None:
    record = settled(CAPTURE)
    record.left_unread("0" * 64, CAPTURE.url, "damaged")
    assert record.exit("finished") is Exit.INCOMPLETE
    record.bugs = 1
    assert record.exit("finished") is Exit.BUG


@given(
    st.lists(
        st.tuples(
            st.integers(0, 20),
            st.sampled_from([200, 304, 404, 410, 403, 500]),
            st.sampled_from(
                [(), ("unchanged",), ("blocked",), ("truncated",), ("soft-404",), ("too-large",)]
            ),
            st.sampled_from([None, "0" * 64, "1" * 64]),
        )
    ),
    st.sets(st.integers(0, 20)),
)
def test_the_counts_always_add_up(
    answers: list[tuple[int, int, tuple[str, ...], str | None]], expected: set[int]
) -> None:
    record = Record()
    for number in expected:
        record.expect(f"https://x.example/{number}", "report")
    for number, status, flags, before in answers:
        answer = replace(CAPTURE, url=f"https://x.example/{number}", status=status, flags=flags)
        record.settle_capture(answer, before)
    written = record.to_json("finished")
    assert written["expected"] == len(expected) == sum(written["counts"].values())
    assert written["counts"] == {state: len(written[state]) for state in STATES}
    assert sorted(written["captured"]) == sorted(url for news in NEWS for url in written[news])
    failed = sum(written["counts"][state] for state in ("failed", "blocked"))
    assert written["expected"] == written["found"] + written["explained"] + failed
    assert not written["complete"] or (failed == 0 and written["reports"] > 0)


def test_several_sites_share_the_exit_code_that_most_needs_a_person() -> None:
    assert worst([Exit.OK, Exit.OK]) is Exit.OK
    assert worst([Exit.OK, Exit.NETWORK]) is Exit.INCOMPLETE
    assert worst([Exit.NETWORK, Exit.NETWORK]) is Exit.NETWORK
    assert worst([Exit.INCOMPLETE, Exit.ARCHIVE, Exit.BUG]) is Exit.BUG


def test_a_bug_is_laid_at_the_address_that_was_asked_for_at_first() -> None:
    record = Record()
    record.expect(CAPTURE.url, "report")
    spider = SimpleNamespace(record=record)
    keeper = RunRecord(cast("Any", SimpleNamespace(spider=spider)))
    asked = Request("https://x.example/moved", meta={"redirect_urls": [CAPTURE.url]})
    keeper.spider_error(cast("Any", SimpleNamespace(value=ValueError())), Response(asked.url, request=asked))
    (failed,) = record.to_json("finished")["failed"]
    assert "a bug" in failed["reason"]
