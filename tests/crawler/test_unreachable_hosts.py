"""A host that cannot be reached costs few attempts; the rest fails at once, with the reason."""

from __future__ import annotations

import pytest
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import Response
from twisted.internet.error import TimeoutError as ConnectTimeout

from crawler.errors import HostUnreachable
from crawler.failures import explain
from crawler.middlewares.unreachable import Unreachable
from tests.crawler.asking import ask
from tests.servers.web import Reply, Seen, Web

HOST = "www.xugou-a.gov.cn"


def unreachable() -> Unreachable:
    return Unreachable(after=3, retries=2)


def attempts(error: Exception) -> int:
    """How many requests to a host that always fails go out before it is left; each has its retries."""
    middleware, asked = unreachable(), 0
    for number in range(50):
        request = Request(f"http://{HOST}/{number}")
        for retry in range(4):
            request.meta["retry_times"] = retry
            try:
                middleware.process_request(request)
            except HostUnreachable:
                return asked
            asked += 1
            middleware.process_exception(request, error)
            if retry >= request.meta["max_retry_times"]:
                break
    raise AssertionError("it is never left")


def silent() -> DownloadTimeoutError:
    error = DownloadTimeoutError()
    error.__cause__ = ConnectTimeout(None, "")  # type: ignore[no-untyped-call]
    return error


@pytest.mark.parametrize(
    ("error", "most"),
    [
        (CannotResolveHostError(), 3),
        (DownloadConnectionRefusedError(), 3),
        (silent(), 3),
        (DownloadTimeoutError(), 6),
        (DownloadFailedError(), 9),
    ],
)
def test_a_dead_host_costs_so_many_attempts(error: Exception, most: int) -> None:
    assert attempts(error) == most


def test_an_answer_sets_the_count_back() -> None:
    middleware = unreachable()
    request = Request(f"http://{HOST}/")
    for _ in range(2):
        middleware.process_exception(request, DownloadConnectionRefusedError())
    middleware.process_response(request, Response(request.url, status=500))
    middleware.process_exception(request, DownloadConnectionRefusedError())
    middleware.process_request(request)  # no HostUnreachable
    middleware.process_request(Request("http://www.xugou-b.gov.cn/"))


def test_a_page_that_breaks_off_leaves_the_host_alone_only_after_its_retries() -> None:
    middleware = unreachable()
    for number in range(2):
        request = Request(f"http://{HOST}/{number}")
        for retry in range(3):
            request.meta["retry_times"] = retry
            middleware.process_exception(request, DownloadFailedError())
    middleware.process_request(Request(f"http://{HOST}/3"))


def test_an_unknown_name_is_looked_up_twice_and_named() -> None:
    pages = [f"http://nowhere.invalid/{page}" for page in range(30)]
    came = ask(pages, environment={}, HOSTS="nowhere.invalid")
    assert all("nowhere.invalid is unknown" in answer.error for answer in came.values())
    assert max(answer.seconds for answer in came.values()) < 10


def test_a_host_that_falls_silent_is_left_with_the_reason() -> None:
    """The robots.txt comes, and nothing after it."""
    stop = []

    def play(seen: Seen) -> Reply:
        if not seen.url.endswith("/robots.txt"):
            stop.append(seen)
            web.ended.wait(20)
        return Reply()

    with Web(play) as web:
        pages = [f"http://{HOST}/{page}" for page in range(12)]
        came = ask(pages, environment=web.environment(), DOWNLOAD_TIMEOUT=0.2, CONCURRENT_REQUESTS=1)
        assert {answer.status for answer in came.values()} == {0}
        assert len(stop) == 6
        left = [answer for answer in came.values() if answer.error.startswith("HostUnreachable")]
        assert len(left) == 9
        assert "did not answer in time, 3 times in a row" in left[0].error


def test_a_location_that_is_no_address_is_not_the_proxys_fault() -> None:
    request = Request("http://www.xugou-wu.gov.cn/a", meta={"proxy": "http://127.0.0.1:8118"})
    said = explain(ValueError("Missing scheme in request url: javascript:void(0)"), request)
    assert said.startswith("www.xugou-wu.gov.cn redirects to what is no address (Missing scheme")
