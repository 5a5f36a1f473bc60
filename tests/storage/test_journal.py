"""Lines of the journal: the same capture always the same bytes, and back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import Damaged
from storage.journal import Capture, json_document, read_segment, segment
from tests.storage.made import NOW, capture

FULL = capture(
    3,
    redirects=("http://a.gov.cn/", "https://a.gov.cn/信息"),
    request_headers=(("User-Agent", "Gongkai"),),
    headers=(("Set-Cookie", "a"), ("Set-Cookie", "b"), ("ETag", 'W/"x"')),
    peer="203.0.113.7:443",
    sha256="ab" * 32,
    size=12,
    media_type="application/pdf",
    flags=("truncated",),
)


def test_a_line_gives_its_capture_back_and_the_same_bytes_again() -> None:
    assert Capture.from_line(FULL.to_line()) == FULL
    assert Capture.from_line(FULL.to_line()).to_line() == FULL.to_line()


@given(st.text(), st.lists(st.tuples(st.text(), st.text())))
def test_any_text_stays_on_its_line(text: str, headers: list[tuple[str, str]]) -> None:
    made = capture(0, headers=tuple(headers), hints={"title": text})
    data = segment([made.to_line(), FULL.to_line()])
    assert [found for _, found in read_segment(data)] == [made, FULL]


def test_a_lone_surrogate_survives() -> None:
    made = capture(0, hints={"title": "坏\udc80"})
    assert Capture.from_line(made.to_line()) == made


def test_times_are_told_in_utc() -> None:
    beijing = NOW.astimezone(timezone(timedelta(hours=8)))
    assert capture(0, requested=beijing).to_line() == capture(0, requested=NOW).to_line()
    with pytest.raises(ValueError, match="zone"):
        capture(0, requested=datetime(2026, 1, 1)).to_line()  # noqa: DTZ001


def test_headers_are_found_whatever_their_case() -> None:
    assert FULL.header("etag") == 'W/"x"'
    assert FULL.header("SET-COOKIE") == "a"
    assert FULL.header("Last-Modified") is None


def test_a_field_that_a_newer_version_added_is_passed_over() -> None:
    newer = json.dumps(json.loads(FULL.to_line()) | {"moon": "full"}).encode()
    assert Capture.from_line(newer) == FULL


@pytest.mark.parametrize("line", [b"", b"{}", b"[]", b"null", b"{", b"\xff", FULL.to_line()[:-9]])
def test_what_is_no_line_is_damage(line: bytes) -> None:
    with pytest.raises(Damaged):
        Capture.from_line(line)


def test_documents_keep_the_order_of_their_keys_and_end_in_a_newline() -> None:
    assert json_document({"b": 1, "a": "西"}) == '{\n "b": 1,\n "a": "西"\n}\n'.encode()
