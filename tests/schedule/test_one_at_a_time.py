"""What runs beside each other, and what does not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.schedule.desk import DUE, EVE, Desk, turn


def test_two_schedulers_on_one_memory_fire_once(desk: Desk) -> None:
    other = desk.another()
    for now in (EVE, DUE, DUE + timedelta(minutes=1)):
        desk.scheduler.tick(now)
        other.tick(now)
        desk.wait(now)
    assert desk.crawls == ["crawl bjxch"]
    assert other.begun == 0


def test_a_site_is_crawled_by_one_job_at_a_time(tmp_path: Path) -> None:
    desk = Desk(tmp_path, turn("one"), turn("two", years=(2024,)), turn("two", "bjdch", years=(2024,)))
    held = [desk.hold("bjxch"), desk.hold("bjdch")]
    desk.scheduler.tick(EVE)
    desk.scheduler.tick(DUE)
    assert len(desk.scheduler.running) == 2
    for path in held:
        path.unlink()
    desk.wait(DUE)
    desk.wait(DUE)
    assert sorted(desk.crawls) == ["crawl bjdch --year 2024", "crawl bjxch", "crawl bjxch --year 2024"]


def test_sites_that_share_a_host_take_turns(tmp_path: Path) -> None:
    desk = Desk(tmp_path, *(turn(site=site, host="one") for site in ("a1", "a2", "a3")), turn(site="b1"))
    other = desk.another()
    held = [desk.hold(site) for site in ("a1", "a2", "a3", "b1")]
    for now in (EVE, DUE):
        desk.scheduler.tick(now)
        other.tick(now)
    assert len(desk.scheduler.running + other.running) == 2
    for path in held:
        path.unlink()
    for _ in range(3):
        desk.wait(DUE)
    assert sorted(desk.crawls) == ["crawl a1", "crawl a2", "crawl a3", "crawl b1"]


def test_no_more_crawls_at_once_than_the_plan_allows(tmp_path: Path) -> None:
    sites = [f"site{number}" for number in range(5)]
    desk = Desk(tmp_path, *(turn(site=site) for site in sites), parallel=2)
    held = [desk.hold(site) for site in sites]
    desk.scheduler.tick(EVE)
    desk.scheduler.tick(DUE)
    assert len(desk.scheduler.running) == 2
    for path in held:
        path.unlink()
    for _ in range(3):
        desk.wait(DUE)
    assert sorted(desk.crawls) == [f"crawl {site}" for site in sites]


def test_a_watch_waits_for_no_crawl_to_end(tmp_path: Path) -> None:
    desk = Desk(tmp_path, turn(), turn("look", "_watch", kind="watch"), parallel=1)
    held = desk.hold("bjxch")
    desk.scheduler.tick(EVE)
    desk.scheduler.tick(DUE)
    assert len(desk.scheduler.running) == 2
    held.unlink()
    desk.wait(DUE)
    assert sorted(desk.crawls) == ["crawl bjxch", "watch"]
