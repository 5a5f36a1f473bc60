"""`crawl --unless-since`: what one machine crawled since a moment, another leaves alone."""

from __future__ import annotations

import json
import platform
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.already import crawled_since
from storage.keys import digest, new_run, run_key
from storage.store import open_store
from tests.crawler.crawling import Crawl
from tests.replica import Replica

YEAR = ("--year", "2023")
HOUR = timedelta(hours=1)


def test_what_was_crawled_since_is_left_alone_and_leaves_no_trace(tmp_path: Path, replica: Replica) -> None:
    began = datetime.now(UTC).replace(microsecond=0)
    first, second = (Crawl(replica, tmp_path, str(tmp_path / "archive")) for _ in range(2))
    second.environment |= {"GONGKAI_STATE": str(tmp_path / "another machine")}
    assert first.run(*YEAR, "--unless-since", (began - HOUR).isoformat()).code == 0  # nobody was there
    replica.clear_log()
    before = first.objects("")
    done = second.run(*YEAR, "--unless-since", began.isoformat())
    assert done.code == 0, done.err
    assert f"(Asia/Shanghai), by {platform.node()}" in done.err
    assert "bjxch: crawled already at" in done.err
    assert [request.url for request in replica.log] == []
    assert {key for key in second.objects("") if not key.startswith("leases/")} == before
    # A crawl of a year does not stand for one of all years, nor for one since a later moment.
    store = open_store(first.archive, create=False)
    assert crawled_since(store, "bjxch", began, {2023}) is not None
    assert crawled_since(store, "bjxch", began, {2022, 2023}) is None
    assert crawled_since(store, "bjxch", began, None) is None
    assert crawled_since(store, "bjxch", datetime.now(UTC) + HOUR, {2023}) is None


def test_a_run_that_did_not_end_by_itself_does_not_count(tmp_path: Path) -> None:
    store, since = open_store(str(tmp_path), create=True), datetime(2026, 1, 1, tzinfo=UTC)
    sound = {"ended": "finished", "counts": {"captured": 1}, "years": None, "machine": "m"}
    for number, (record, counts) in enumerate(
        [
            (sound, True),
            (sound | {"ended": "shutdown"}, False),
            (sound | {"ended": "crashed"}, False),
            (sound | {"counts": {"captured": 0, "blocked": 3}}, True),
        ]
    ):
        site, data = f"s{number}", json.dumps(record).encode()
        store.put(run_key(site, new_run(since), digest(data)), data)
        assert (crawled_since(store, site, since, None) is not None) is counts, record


def test_a_moment_without_its_zone_is_refused(tmp_path: Path, replica: Replica) -> None:
    done = Crawl(replica, tmp_path).run("--unless-since", "2026-01-01T00:00:00")
    assert done.code == 2
    assert "write 2026-01-31T03:00:00+08:00" in done.err
