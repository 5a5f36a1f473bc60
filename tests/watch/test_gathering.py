"""Facts of real archives: what is damaged blinds one site; audits are read back to the last thorough one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.watch.digest import digest_of
from crawler.watch.digest_text import digest_message
from crawler.watch.gather import gather
from crawler.watch.rules import judge
from crawler.watch.state import State
from storage.archive import Archive
from storage.keys import audit_key, digest
from tests.storage.made import body, capture
from tests.watch.made import NOW, ago


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(str(tmp_path / "archive"), state=tmp_path / "state") as archive:
        yield archive


def crawled(archive: Archive, site: str) -> None:
    """A run of the site that brought one page home."""
    run = archive.start_run(site, ago(days=1))
    run.record(capture(1), body(1))
    run.finish({"ended": "finished", "counts": {"captured": 1}, "reports": 1})


def test_one_damaged_site_does_not_blind_the_others(
    opened: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for site in ("bjxch", "elsewhere"):
        crawled(opened, site)
    broken = tmp_path / "archive" / "reports" / "elsewhere" / "2025"
    broken.mkdir(parents=True)
    (broken / "ju-00000000.json").write_bytes(b"{")
    facts = gather(opened, {}, (), NOW)
    assert [(site.key, bool(site.trouble)) for site in facts.sites] == [("bjxch", False), ("elsewhere", True)]
    assert [len(site.runs) for site in facts.sites] == [1, 1]
    monkeypatch.setattr(
        "crawler.watch.digest._findings", lambda archive, key, *_: list(archive.reports(key, 2025))
    )
    told = digest_of(opened, {}, (), State(), ago(days=7), NOW)
    assert [(site.key, bool(site.trouble), site.runs.count) for site in told.sites] == [
        ("bjxch", False, 1),
        ("elsewhere", True, 1),
    ]
    for language, heading in (
        ("zh", "■ 无法检查的网站（1）"),
        ("en", "■ Sites that could not be looked at (1)"),
    ):
        lines = digest_message(told, language).lines  # type: ignore[arg-type]
        assert lines[lines.index(heading) + 1].startswith("· elsewhere")
    (alert,) = judge(facts, ()).alerts.values()
    assert (alert.code, alert.site) == ("blind", "elsewhere")
    assert [site.key for site in gather(opened, {}, ("bjxch",), NOW).sites] == ["bjxch"]


def test_a_site_that_is_named_and_not_there_is_said(
    opened: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    crawled(opened, "bjxch")
    assert [site.key for site in gather(opened, {}, ("bjxch", "bjxhc"), NOW).sites] == ["bjxch"]
    assert caplog.messages == ["[watch] sites names bjxhc, of which the archive has nothing"]


def test_audits_are_read_back_to_the_last_thorough_one(opened: Archive) -> None:
    for number, budget in enumerate((None, 5, None, 5, 5)):
        scope: dict[str, Any] = {"sites": [], "sample": None, "since": None, "budget": budget}
        record = {"scope": scope, "findings": [], "repaired": [], "ended": f"2026-0{number + 1}-01"}
        data = json.dumps(record).encode()
        name = f"20260{number + 1}01T000000Z-00000{number}"
        opened.store.put(audit_key(name, digest(data)), data)
    found = gather(opened, {}, (), NOW).audits
    assert [audit["ended"] for audit in found] == ["2026-03-01", "2026-04-01", "2026-05-01"]
