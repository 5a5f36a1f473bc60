"""The server's part beyond plain GET: what is posted reaches the site, and the log."""

from __future__ import annotations

import http.client

import pytest

from tests.replica import Replica
from tests.replica.client import fetch
from tests.replica.site import Asked, Page, Site


class _Echo(Site):
    """Answers with what it was asked."""

    hosts = ("www.xugou-echo.gov.cn",)

    def respond(self, path: str) -> Page | None:
        return self.answer(Asked(path))

    def answer(self, asked: Asked) -> Page | None:
        kind = asked.headers.get("content-type", "")
        text = f"{asked.method} {asked.scheme} {asked.path} {asked.body.decode()} {kind}"
        return Page(text.encode(), "text/plain")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_what_is_posted_reaches_the_site_and_the_log(scheme: str) -> None:
    url = f"{scheme}://{_Echo.hosts[0]}/rest?a=1"
    with Replica(sites=[_Echo]) as replica:
        answer = fetch(replica, url, method="POST", body='{"名":2}'.encode(), Content_Type="application/json")
        assert answer.content.decode() == f'POST {scheme} /rest?a=1 {{"名":2}} application/json'
        assert (replica.log[-1].method, replica.log[-1].url, replica.log[-1].body) == (
            "POST",
            url,
            '{"名":2}',
        )


def test_a_body_is_not_taken_for_the_next_request() -> None:
    with Replica(sites=[_Echo]) as replica:
        connection = http.client.HTTPConnection("127.0.0.1", replica.port, timeout=20)
        for body in ("a=1", "a=22"):
            connection.request("POST", f"http://{_Echo.hosts[0]}/x", body=body)
            assert connection.getresponse().read().decode().split()[3] == body
        connection.close()


def test_a_site_of_plain_pages_takes_no_post(shared_replica: Replica) -> None:
    answer = fetch(shared_replica, "https://www.bjxch.gov.cn/", method="POST", body=b"x")
    assert answer.status == 405
