"""The replica as a proxy: what any HTTP client may expect of it."""

from __future__ import annotations

import gzip
import http.client
import urllib.request
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from tests.replica import Replica
from tests.replica.client import fetch
from tests.replica.process import ReplicaProcess
from tests.replica.site import Page, Site, all_sites

HOST = "https://www.bjxch.gov.cn"
COLUMN = f"{HOST}/zt/xxgkzl/gknb.html"


def test_plain_and_tunnelled_requests_get_the_same_page(shared_replica: Replica) -> None:
    tunnelled = fetch(shared_replica, COLUMN)
    plain = fetch(shared_replica, COLUMN.replace("https", "http"))
    assert tunnelled.status == plain.status == 200
    assert tunnelled.body == plain.body


def test_the_standard_variables_lead_a_program_through_the_replica(
    shared_replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in shared_replica.environment().items():
        monkeypatch.setenv(name, value)
    with urllib.request.urlopen(COLUMN.replace("https", "http"), timeout=20) as answer:
        assert "政府信息公开年报" in answer.read().decode()


def test_a_connection_serves_many_requests(shared_replica: Replica) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", shared_replica.port, timeout=20)
    for _ in range(5):
        connection.request("GET", COLUMN.replace("https", "http"))
        assert connection.getresponse().read()
    assert connection.sock is not None, "the server closed a connection that it should keep"
    connection.close()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_unknown_host_is_a_bad_gateway(shared_replica: Replica, scheme: str) -> None:
    url = f"{scheme}://nowhere.example/"
    if scheme == "https":
        with pytest.raises(OSError, match="502"):
            fetch(shared_replica, url)
    else:
        answer = fetch(shared_replica, url)
        assert answer.status == 502
        assert "nowhere.example" in answer.body.decode()


def test_validators_answer_304_without_a_body(shared_replica: Replica) -> None:
    first = fetch(shared_replica, COLUMN)
    again = fetch(shared_replica, COLUMN, If_None_Match=first.headers["etag"])
    since = fetch(shared_replica, COLUMN, If_Modified_Since=first.headers["last-modified"])
    assert (again.status, again.body) == (since.status, since.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = fetch(
        shared_replica, COLUMN, If_None_Match='"other"', If_Modified_Since=first.headers["last-modified"]
    )
    assert other.status == 200, "If-None-Match comes before If-Modified-Since (RFC 9110, 13.2.2)"
    assert parsedate_to_datetime(first.headers["last-modified"]).tzinfo is not None


def test_gzip_is_used_when_it_is_accepted_and_is_the_same_each_time(shared_replica: Replica) -> None:
    plain = fetch(shared_replica, COLUMN)
    zipped = fetch(shared_replica, COLUMN, Accept_Encoding="gzip, deflate")
    assert "content-encoding" not in plain.headers
    assert zipped.headers["content-encoding"] == "gzip"
    assert gzip.decompress(zipped.body) == plain.body
    assert fetch(shared_replica, COLUMN, Accept_Encoding="gzip").body == zipped.body
    unchanged = fetch(shared_replica, COLUMN, Accept_Encoding="gzip", If_None_Match=zipped.headers["etag"])
    assert unchanged.status == 304


def test_head_has_the_headers_and_no_body(shared_replica: Replica) -> None:
    whole, head = fetch(shared_replica, COLUMN), fetch(shared_replica, COLUMN, method="HEAD")
    assert head.body == b""
    assert head.headers["content-length"] == whole.headers["content-length"]
    assert head.headers["etag"] == whole.headers["etag"]


def test_the_log_tells_what_was_asked(replica: Replica) -> None:
    fetch(replica, COLUMN, User_Agent="somebody")
    fetch(replica, f"{HOST}/nothing.html")
    tunnel, page, _, missing = replica.log
    assert (tunnel.method, tunnel.host) == ("CONNECT", "www.bjxch.gov.cn")
    assert (page.method, page.url, page.status) == ("GET", COLUMN, 200)
    assert page.headers["user-agent"] == "somebody"
    assert (missing.path, missing.status) == ("/nothing.html", 404)
    replica.clear_log()
    assert replica.log == []


def test_another_site_is_one_class() -> None:
    class Hello(Site):
        hosts = ("hello.gov.cn",)

        def respond(self, path: str) -> Page | None:
            return Page(b"hello") if path == "/" else None

    with Replica(sites=[Hello]) as replica:
        assert fetch(replica, "https://hello.gov.cn/").body == b"hello"
        assert fetch(replica, "https://hello.gov.cn/other").status == 404
        assert fetch(replica, COLUMN.replace("https", "http")).status == 502


def test_every_site_is_found() -> None:
    assert "Xicheng" in [site.__name__ for site in all_sites()]


def test_it_runs_as_a_process_and_is_steered_from_outside() -> None:
    with ReplicaProcess() as replica:
        assert Path(replica.ca_file).exists()
        assert replica.environment()["http_proxy"] == replica.proxy_url
        (corrected,) = replica.correct()
        assert corrected["changes"]
        assert replica.correct() == []
        assert (corrected["organization"], corrected["year"]) in replica.truth()
        replica.warm()
        replica.fail("/robots.txt", "500")
        assert replica.log()[0]["url"] == "http://replica.invalid/correct"
    assert not Path(replica.ca_file).exists(), "the process cleans up when it is told to end"
