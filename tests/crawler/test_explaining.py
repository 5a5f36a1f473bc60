"""What is said of a run: complete if nothing speaks against it, reasons together, a remedy for each lack."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.explaining import counted, explained, groups, next_steps, outcome, verdict
from crawler.record import Record
from storage.tally import STATES, State, admitted

STARTED = {"site": "xuxian", "started": "2026-02-03T04:05:06+00:00"}


def record(**said: Any) -> dict[str, Any]:
    """A run that ended by itself, of which so much is known."""
    return STARTED | {"ended": "finished", "complete": False, "expected": 3, "counts": {}} | said


tasks = st.dictionaries(
    st.integers(0, 30),
    st.tuples(st.sampled_from([*STATES, None]), st.sampled_from(["list", "report", "attachment"])),
    max_size=25,
)


@given(
    tasks,
    st.sampled_from(["finished"] * 4 + ["shutdown", "spool-full", "taken-over"]),
    st.integers(0, 3).map(lambda bugs: max(0, bugs - 2)),
    st.booleans(),
    st.sampled_from([(), (), (), ("gap",), ("unread",), ("lost",), ("garbled",)]),
)
def test_complete_is_said_only_of_a_run_in_which_nothing_is_lacking(
    tasks: dict[int, tuple[State | None, str]], ended: str, bugs: int, whole: bool, harm: tuple[str, ...]
) -> None:
    made = Record(bugs=bugs)
    for number, (state, role) in tasks.items():
        made.expect(f"https://x.example/{number}", role)
        settled: State | None = "captured" if whole and state in ("failed", "blocked", None) else state
        if settled is not None:
            made.settle(f"https://x.example/{number}", settled, "a reason")
    if "gap" in harm:
        made.gaps["https://x.example/list"] = "left early"
    if "unread" in harm:
        made.left_unread("0" * 64, "https://x.example/1", "encrypted")
    harmed = {name: [{"url": "https://x.example/1"}] for name in ("lost", "garbled") if name in harm}
    written = STARTED | admitted(made.to_json(ended) | harmed)
    counts = written["counts"]
    assert sum(counts.values()) == written["expected"] == len(tasks)
    assert written["found"] + written["explained"] + counts["failed"] + counts["blocked"] == len(tasks)
    nothing_lacks = (
        ended == "finished"
        and written["expected"] == written["found"] + written["explained"]
        and written["reports"] > 0
        and not bugs
        and not harm
    )
    assert written["complete"] == nothing_lacks
    assert (outcome(written) == "complete") == nothing_lacks
    assert verdict(written).startswith("It is complete") == nothing_lacks
    assert counted(written)["found"] == written["found"]
    assert nothing_lacks or verdict(written) != "It is not complete: its record does not say why."
    assert explained(written)["says"]["groups"] == [group.to_json() for group in groups(written)]


def test_reasons_that_differ_in_an_address_are_one() -> None:
    failed = [
        {
            "url": f"https://x.example/{n}",
            "reason": f"redirected to https://x.example/{n}/: it refuses connections",
        }
        for n in range(3)
    ] + [{"url": "https://x.example/9", "reason": "the body broke off each time"}]
    blocked = [{"url": "https://x.example/8", "reason": "the server answers 403 in place of the page"}]
    found = groups(record(failed=failed, blocked=blocked))
    assert [(group.state, group.reason, len(group.urls)) for group in found] == [
        ("blocked", "the server answers 403 in place of the page", 1),
        ("failed", "redirected to …: it refuses connections", 3),
        ("failed", "the body broke off each time", 1),
    ]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"bugs": 1}, "traceback"),
        ({"garbled": ["a.part"]}, "check it"),
        ({"lost": [{"url": "x"}]}, "gongkai verify xuxian --repair --refetch"),
        ({"unpublished": "The reading is damaged."}, "gongkai rebuild xuxian"),
        ({"ended": "spool-full"}, "gongkai spool drain"),
        ({"ended": "archive-failed"}, "gongkai archive check"),
        ({"ended": "shutdown"}, "gongkai crawl xuxian"),
        ({"ended": "crashed"}, "Nothing received is lost"),
        ({"counts": {"blocked": 2}}, "GONGKAI_CONTACT"),
        ({"counts": {"failed": 1}, "failed": [{"url": "x", "reason": "x.cn is unknown"}]}, "in a browser"),
        (
            {"failed": [{"url": "x", "reason": "the proxy p is unknown; check http_proxy and https_proxy"}]},
            "Check http_proxy",
        ),
        ({"gaps": [{"url": "x", "reason": "is gone"}]}, "gongkai sites check xuxian"),
        ({"reports": 0}, "gongkai sites check xuxian"),
        ({"unread": [{"url": "x", "reason": "needs-converter"}]}, "gongkai reparse xuxian --publish"),
    ],
)  # fmt: skip
def test_each_lack_has_a_remedy(said: dict[str, Any], words: str) -> None:
    assert any(words in step for step in next_steps(record(**said)))


def test_where_all_is_well_there_is_nothing_to_do() -> None:
    assert next_steps(record(complete=True, reports=3, counts={"captured": 3, "failed": 0})) == []
    assert next_steps(record(years=[2026], reports=0)) == [], "of a year of which there is none yet"
