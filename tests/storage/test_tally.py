"""The record of a run that was killed says of its captures what the crawl would have said."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.record import Record
from storage.archive import Archive
from storage.journal import Capture
from storage.keys import digest
from storage.run import Run
from storage.tally import NEWS, TOLD, Tally, admitted, span
from tests.storage.made import NOW, body, capture

answers = st.tuples(
    st.integers(0, 6),  # the address
    st.sampled_from([200, 200, 200, 304, 404, 410, 403, 500]),
    st.sampled_from([(), (), ("blocked",), ("truncated",), ("soft-404",), ("login",), ("plain-http",)]),
    st.integers(0, 2),  # the body
)
Answer = tuple[int, int, tuple[str, ...], int]


def recorded(run: Run, archive: Archive, told: list[Answer], start: int, seal: int) -> Record:
    """Captures as a crawl makes and settles them; sealed whenever `seal` more are there."""
    record = Record()
    for number, (address, status, flags, version) in enumerate(told, start):
        moment = NOW + timedelta(seconds=number)
        asked = f"https://www.xuxian.gov.cn/{address}.html"
        made = capture(url=asked, final_url=asked, requested=moment, received=moment, status=status)
        before = archive.latest("xuxian", made.asked)
        known = None if before is None else before.sha256
        sent = body(version) if status == 200 else None
        if status == 304:
            flags = ("unchanged",) if known else ()
            made = replace(made, sha256=known)
        elif sent is not None and not flags and known == digest(sent):
            flags = ("unchanged",)
        kept = run.record(replace(made, flags=flags), sent)
        record.expect(made.asked, "report")
        record.settle_capture(kept, known)
        if number % seal == 0:
            run.commit()
    return record


@pytest.fixture(scope="module", autouse=True)
def without_fsync() -> Iterator[None]:
    """It is slow, and not what is tested here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda _: None)
        yield


@settings(max_examples=30, deadline=None)
@given(st.lists(answers, max_size=8), st.lists(answers, max_size=12), st.integers(1, 9))
def test_a_killed_run_counts_as_it_would_have_counted_itself(
    earlier: list[Answer], told: list[Answer], seal: int
) -> None:
    told = list({answer[0]: answer for answer in told}.values())  # a crawl asks for nothing twice
    with (
        tempfile.TemporaryDirectory() as folder,
        Archive.open(f"{folder}/archive", state=Path(folder, "state")) as archive,
    ):
        first = archive.start_run("xuxian", NOW)
        recorded(first, archive, earlier, 1, 1)
        first.finish({})
        run = archive.start_run("xuxian", NOW)
        expected = recorded(run, archive, told, 100, seal).to_json("finished")
        run.abandon()
        archive.recover(NOW)
        record = next(one for one in archive.runs("xuxian") if one["run"] == run.id)
    for name in ("captured", *NEWS, "unchanged", "found", "reports"):
        assert record[name] == expected[name], name
    assert record["counts"] == {state: expected["counts"][state] for state in TOLD}
    for state in ("absent", "failed", "blocked"):
        assert [one["url"] for one in record[state]] == [one["url"] for one in expected[state]]
    assert sum(record["counts"].values()) == len(told)
    assert (record["ended"], record["complete"], record["expected"]) == ("crashed", False, None)
    assert sum(sum(statuses.values()) for statuses in record["requests"].values()) == len(told)
    assert record["bytes"] == sum(len(body(version)) for _, status, _, version in told if status == 200)
    assert ("stopped" in record) == bool(told)


def test_redirects_are_counted_and_robots_txt_is_no_address() -> None:
    tally = Tally()
    tally.add(capture(0, role="robots", status=404), None)
    moved: Capture = capture(
        1, final_url="https://new.xuxian.gov.cn/1.html", redirects=("https://x.gov.cn/",)
    )
    tally.add(replace(moved, sha256="0" * 64, size=10), "1" * 64)
    record = tally.to_json(NOW)
    assert record["requests"] == {
        "new.xuxian.gov.cn": {"200": 1},
        "www.xuxian.gov.cn": {"404": 1, "redirect": 1},
        "x.gov.cn": {"redirect": 1},
    }
    assert (record["changed"], record["found"], record["bytes"]) == ([moved.url], 1, 10)
    assert (record["stopped"], record["seconds"]) == ("2026-02-03T04:05:07+00:00", 1)


@pytest.mark.parametrize(
    ("record", "complete"),
    [
        ({"complete": True}, True),
        ({"complete": True, "lost": [], "garbled": []}, True),
        ({"complete": True, "lost": [{"url": "x", "sha256": "y"}]}, False),
        ({"complete": True, "garbled": ["a.part"]}, False),
    ],
)
def test_what_was_lost_or_garbled_is_never_complete(record: dict[str, Any], *, complete: bool) -> None:
    assert admitted(record)["complete"] is complete


def test_a_clock_that_was_set_back_makes_no_negative_time() -> None:
    assert span(NOW, NOW - timedelta(hours=1))["seconds"] == 0
