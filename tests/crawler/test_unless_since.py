"""`crawl --unless-since`: what one machine crawled since a moment, another leaves alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.already import crawled_since
from storage.archive import Archive
from storage.keys import digest, new_run, run_key
from storage.store import Store, open_store
from tests.crawler.crawling import Crawl
from tests.replica import Replica

HOUR = timedelta(hours=1)
SOUND = {"ended": "finished", "counts": {"captured": 1}, "years": None, "machine": "m"}


def put_run(store: Store, site: str, began: datetime, record: dict[str, Any]) -> None:
    """A run record as a crawl leaves it, with nothing in it."""
    run = new_run(began)
    whole = {"run": run, "site": site, "previous": [], "segments": [], "captures": 0} | record
    data = json.dumps(whole).encode()
    store.put(run_key(site, run, digest(data)), data)


def test_what_was_crawled_since_is_left_alone_and_leaves_no_trace(tmp_path: Path, replica: Replica) -> None:
    crawl, began = Crawl(replica, tmp_path), datetime.now(UTC).replace(microsecond=0)
    with Archive.open(crawl.archive, state=tmp_path / "another machine") as archive:
        of_year = {"years": [2023], "recheck": True, "machine": "elsewhere"}
        put_run(archive.store, "bjxch", began, SOUND | of_year)
        # A crawl of a year does not stand for one of all years, nor for one since a later moment.
        assert crawled_since(archive.store, "bjxch", began, {2023}) is not None
        assert crawled_since(archive.store, "bjxch", began, {2022, 2023}) is None
        assert crawled_since(archive.store, "bjxch", began, None) is None
        assert crawled_since(archive.store, "bjxch", began + HOUR, {2023}) is None
    before = crawl.objects()
    done = crawl.run("--year", "2023", "--unless-since", began.isoformat())
    assert done.code == 0, done.err
    assert "bjxch: crawled already at" in done.err
    assert "(Asia/Shanghai), by elsewhere" in done.err
    assert replica.log == []
    assert {key for key in crawl.objects() if not key.startswith("leases/")} == before


def test_a_run_that_did_not_end_by_itself_does_not_count(tmp_path: Path) -> None:
    store, since = open_store(str(tmp_path), create=True), datetime(2026, 1, 1, tzinfo=UTC)
    for number, (record, counts) in enumerate(
        [
            (SOUND, True),
            (SOUND | {"ended": "shutdown"}, False),
            (SOUND | {"ended": "crashed"}, False),
            (SOUND | {"counts": {"captured": 0, "blocked": 3}}, True),
        ]
    ):
        put_run(store, f"s{number}", since, record)
        assert (crawled_since(store, f"s{number}", since, None) is not None) is counts, record


def test_a_run_that_let_pages_rest_does_not_stand_for_one_that_lets_none(tmp_path: Path) -> None:
    store, since = open_store(str(tmp_path), create=True), datetime(2026, 1, 1, tzinfo=UTC)
    put_run(store, "bjxch", since, SOUND | {"recheck": False})
    assert crawled_since(store, "bjxch", since, None) is not None
    assert crawled_since(store, "bjxch", since, None, recheck=True) is None
    assert crawled_since(store, "bjxch", since, {2020}, recheck=True) is None
    put_run(store, "bjxch", since + HOUR, SOUND | {"recheck": True})
    assert crawled_since(store, "bjxch", since, {2020}, recheck=True) is not None


def test_a_moment_without_its_zone_is_refused(tmp_path: Path, replica: Replica) -> None:
    done = Crawl(replica, tmp_path).run("--unless-since", "2026-01-01T00:00:00")
    assert done.code == 2
    assert "write 2026-01-31T03:00:00+08:00" in done.err
