"""Keys: the layout, and nothing from the web in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import keys
from storage.errors import BadKey
from tests.storage.made import NOW

SHA = "0123456789abcdef" * 4
RUN = "20260203T040506Z-0a1b2c"


def test_every_kind_of_key_is_where_the_layout_says() -> None:
    assert keys.raw_key(SHA) == f"raw/01/{SHA}"
    assert keys.capture_key("bjxch", RUN, 7, SHA) == f"captures/bjxch/2026/02/{RUN}-0007-{SHA}.jsonl"
    assert keys.parse_key("0.1.0", SHA) == f"parses/0.1.0/01/{SHA}.json"
    assert keys.run_key("bjxch", RUN, SHA) == f"runs/bjxch/{RUN}-{SHA}.json"
    assert keys.report_key("bjxch", 2025, "西城区虚构局").startswith(
        "reports/bjxch/2025/xi-cheng-qu-xu-gou-ju-"
    )


def test_a_run_is_named_by_its_start_and_its_keys_give_it_back() -> None:
    run = keys.new_run(NOW)
    assert run != keys.new_run(NOW)
    assert keys.run_started(run) == NOW
    assert keys.run_and_digest(keys.capture_key("bjxch", run, 99_999, SHA)) == (run, SHA)
    assert keys.run_and_digest(keys.run_key("bjxch", run, SHA)) == (run, SHA)
    assert keys.capture_key("bjxch", run, 1, SHA).startswith(keys.captures_prefix("bjxch", run))


@pytest.mark.parametrize(
    "site", ["", "Bjxch", "../x", "a/b", "西城", "a" * 41, "-a", "a.b", "a\n", "bjxch\0"]
)
def test_names_that_cannot_be_a_site_are_refused(site: str) -> None:
    with pytest.raises(BadKey):
        keys.captures_prefix(site)


@pytest.mark.parametrize(
    "sha256", ["", "a" * 63, "A" * 64, "a" * 63 + "/", "../" + "a" * 61, "a" * 64 + "\n"]
)
def test_what_is_no_digest_is_refused(sha256: str) -> None:
    for make in (keys.raw_key, lambda d: keys.parse_key("1", d), lambda d: keys.run_key("bjxch", RUN, d)):
        with pytest.raises(BadKey):
            make(sha256)


@pytest.mark.parametrize("run", ["", "20260203T040506Z", "20260203T040506Z-0a1b2g", "../" + RUN, RUN + "\n"])
def test_what_is_no_run_is_refused(run: str) -> None:
    with pytest.raises(BadKey):
        keys.runs_prefix("bjxch", run)
    with pytest.raises(BadKey):
        keys.captures_prefix("bjxch", run)


@pytest.mark.parametrize("version", ["", "../1", "1/2", "1 2", ".1", "一"])
def test_what_is_no_parser_version_is_refused(version: str) -> None:
    with pytest.raises(BadKey):
        keys.parse_key(version, SHA)


@given(st.text(max_size=400))
def test_any_name_of_an_organization_gives_a_sound_key(name: str) -> None:
    keys.check_key(keys.report_key("x" * 40, 2025, name))


@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_different_organizations_have_different_keys_even_where_case_is_lost(one: str, other: str) -> None:
    if one != other:
        assert keys.slug(one).lower() != keys.slug(other).lower()


def test_the_longest_keys_fit() -> None:
    keys.check_key(keys.capture_key("x" * 40, RUN, 99_999, SHA))
    keys.check_key(keys.parse_key("1" * 40, SHA))
    keys.check_key(keys.report_key("x" * 40, 9999, "信" * 300))


KEYS = {
    keys.ARCHIVE_KEY: keys.Place("archive.json"),
    keys.raw_key(SHA): keys.Place("raw", SHA),
    keys.capture_key("bjxch", RUN, 99_999, SHA): keys.Place("captures", SHA, "bjxch", RUN),
    keys.parse_key("0.2.0", SHA): keys.Place("parses", SHA, version="0.2.0"),
    keys.report_key("bjxch", 2025, "西城区虚构局"): keys.Place("reports", site="bjxch"),
    keys.run_key("bjxch", RUN, SHA): keys.Place("runs", SHA, "bjxch", RUN),
    keys.audit_key(RUN, SHA): keys.Place("audits", SHA, run=RUN),
    keys.alert_key(RUN, SHA): keys.Place("alerts", SHA, run=RUN),
    keys.quarantine_key(SHA): keys.Place("quarantine", SHA),
}


@pytest.mark.parametrize(("key", "said"), KEYS.items(), ids=[key.split("/")[0] for key in KEYS])
def test_a_key_says_what_lies_under_it(key: str, said: keys.Place) -> None:
    assert keys.place(key) == said
    assert keys.place(keys.check_key(key) + "x") is None
    assert keys.place("x" + key) is None


@given(st.text(max_size=220))
def test_what_no_function_here_builds_says_nothing(text: str) -> None:
    for key in (text, f"raw/{text}", f"captures/{text}", f"runs/bjxch/{text}", f"parses/0.1/{text}"):
        assert key in KEYS or keys.place(key) is None


@pytest.mark.parametrize(
    "key",
    [
        f"raw/02/{SHA}",
        f"captures/bjxch/2026/03/{RUN}-0001-{SHA}.jsonl",
        f"captures/bjxch/2026/02/{RUN}-{SHA}.jsonl",
        f"runs/{RUN}-{SHA}.json",
        f"raw/01/{SHA}\n",
        f"audits/2026/02/{RUN}-{SHA}.jsonl",
        "reports/bjxch/２０２５/x-01234567.json",
    ],
)
def test_what_only_resembles_a_key_says_nothing(key: str) -> None:
    assert keys.place(key) is None
