"""No host is asked faster than its limit by this process, whatever the number of crawls in it."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from time import monotonic
from typing import Any

import pytest

from crawler.gate import MAX_DELAY, Gate
from tests.crawler.asking import ask
from tests.servers.web import Reply, Seen, Web

HOST, OTHER = "www.xugou-a.gov.cn", "www.xugou-b.gov.cn"


class Crawl:
    """Stands for a crawl: the gate keeps the pace of each while it lives."""


def test_one_request_at_a_time_and_hosts_do_not_wait_for_each_other() -> None:
    gate, order = Gate(), list[str]()

    async def request(host: str, name: str) -> None:
        async with gate.turn(host, Crawl(), pace=0, floor=0):
            order.append(f"{name} begins")
            await asyncio.sleep(0.02)
            order.append(f"{name} ends")

    async def run() -> None:
        await asyncio.gather(request(HOST, "1"), request(HOST, "2"), request(OTHER, "3"))

    asyncio.run(run())
    assert order.index("1 ends") < order.index("2 begins")
    assert order.index("3 begins") < order.index("1 ends")


@pytest.mark.parametrize(
    ("pace", "floor", "crawl_delay", "expected"),
    [(0.06, 0, 0, 0.06), (0, 0.05, 0, 0.07), (0, 0, 0.05, 0.07), (0.06, 0.05, 0.09, 0.11)],
)
def test_the_largest_delay_counts(pace: float, floor: float, crawl_delay: float, expected: float) -> None:
    """A pace is from start to start; what is promised counts from the end of an answer (here 0.02 s long)."""
    gate, starts, fast = Gate(), list[float](), Crawl()
    gate.at_least(HOST, crawl_delay)

    async def run() -> None:
        slow = Crawl()
        for crawl, own in ((slow, pace), (fast, 0.0), (fast, 0.0)):
            async with gate.turn(HOST, crawl, pace=own, floor=floor):
                starts.append(monotonic())
                await asyncio.sleep(0.02)

    asyncio.run(run())
    assert min(later - earlier for earlier, later in pairwise(starts)) >= expected - 0.001


def test_a_crawl_that_is_over_slows_nobody() -> None:
    gate, crawl = Gate(), Crawl()

    async def turn(asking: object, pace: float) -> None:
        async with gate.turn(HOST, asking, pace=pace, floor=0):
            pass

    asyncio.run(turn(crawl, 2))
    assert gate.wait(HOST) > 1
    gate.forget(crawl)
    assert gate.wait(HOST) <= 0
    asyncio.run(turn(crawl, 2))
    del crawl  # one that ended without saying so
    assert gate.wait(HOST) <= 0


def test_blocks_slow_a_host_down_and_sound_answers_ease_it() -> None:
    gate, crawl = Gate(), Crawl()

    async def turn() -> None:
        async with gate.turn(HOST, crawl, pace=2, floor=0):
            pass

    asyncio.run(turn())
    gate.slow_down(HOST, 4)
    assert 7 < gate.wait(HOST) <= 8
    gate.slow_down(HOST, 4)
    gate.slow_down(HOST, 4)
    assert MAX_DELAY - 1 < gate.wait(HOST) <= MAX_DELAY
    for _ in range(8):
        gate.ease(HOST)
    assert 1 < gate.wait(HOST) <= 2
    assert gate.wait(OTHER) <= 0


def test_who_waits_for_a_host_that_is_left_need_not_wait_on() -> None:
    gate, left = Gate(), list[str]()
    gate.hold(HOST, 0.05)

    def check() -> None:
        if left:
            raise TimeoutError

    async def run() -> None:
        asyncio.get_running_loop().call_later(0.01, left.append, HOST)
        async with gate.turn(HOST, Crawl(), pace=0, floor=0, check=check):
            raise AssertionError

    with pytest.raises(TimeoutError):
        asyncio.run(run())


def test_a_host_can_be_held() -> None:
    gate = Gate()
    gate.hold(HOST, 20)
    gate.hold(HOST, 10)
    assert 19 < gate.wait(HOST) <= 20


def test_crawls_of_one_process_share_a_hosts_limit() -> None:
    """Measured at the server, with answers that take a while; waiting is no latency and no timeout."""
    with Web(lambda seen: Reply()) as web:
        pages = [[f"https://{HOST}/{crawl}/{page}" for page in range(3)] for crawl in range(3)]
        limits: dict[str, Any] = {
            "DOWNLOAD_DELAY": 0.15,
            "AUTOTHROTTLE_ENABLED": 1,
            "AUTOTHROTTLE_START_DELAY": 0.15,
        }
        came = ask(*pages, environment=web.environment(), DOWNLOAD_TIMEOUT=1, **limits)
        assert {answer.status for answer in came.values()} == {200}
        assert len(web.asked()) == 9
        begun = sorted(seen.begun for seen in web.seen)
        assert min(later - earlier for earlier, later in pairwise(begun)) >= 0.15
        assert begun[-1] - begun[0] < 6  # AutoThrottle did not take the waiting for the server's slowness


def test_a_crawl_delay_is_kept() -> None:
    def play(seen: Seen) -> Reply:
        robots = seen.url.endswith("/robots.txt")
        return (
            Reply("User-agent: *\nCrawl-delay: 0.2\n", 200, {"Content-Type": "text/plain"})
            if robots
            else Reply()
        )

    with Web(play) as web:
        ask([f"http://{HOST}/{page}" for page in range(3)], environment=web.environment())
        begun = [seen.begun for seen in web.seen]
        assert len(begun) == 4
        assert min(later - earlier for earlier, later in pairwise(begun)) >= 0.2
