"""The replica's ways to fail, as a client sees them."""

from __future__ import annotations

import gzip
import http.client
import threading
import time
import zlib

import pytest

from tests.replica import Replica
from tests.replica.client import fetch
from tests.replica.failures import BIG

PATH = "/zt/xxgkzl/gknb.html"
URL = f"https://www.bjxch.gov.cn{PATH}"


@pytest.mark.parametrize("mode", ["403", "412", "500", "503"])
def test_a_status_is_answered_until_healed(replica: Replica, mode: str) -> None:
    replica.fail(PATH, mode)
    assert fetch(replica, URL).status == int(mode)
    replica.heal()
    assert fetch(replica, URL).status == 200


def test_a_failure_can_be_limited_in_number_path_and_host(replica: Replica) -> None:
    replica.fail("/zt/*", "503", times=2)
    replica.fail("*", "500", host="elsewhere.gov.cn")
    assert [fetch(replica, URL).status for _ in range(3)] == [503, 503, 200]


def test_a_body_may_end_before_its_length(replica: Replica) -> None:
    replica.fail(PATH, "truncate")
    with pytest.raises(http.client.IncompleteRead):
        fetch(replica, URL)


def test_a_gzip_stream_may_end_inside_of_sound_http(replica: Replica) -> None:
    replica.fail(PATH, "truncated-gzip")
    answer = fetch(replica, URL)
    with pytest.raises((EOFError, zlib.error)):
        gzip.decompress(answer.body)


def test_a_file_may_be_half_of_itself(replica: Replica) -> None:
    whole = fetch(replica, URL).body
    replica.fail(PATH, "half-file")
    assert fetch(replica, URL).body == whole[: len(whole) // 2]


def test_an_answer_may_be_empty(replica: Replica) -> None:
    replica.fail(PATH, "empty")
    answer = fetch(replica, URL)
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_connection_may_be_reset(replica: Replica, scheme: str) -> None:
    replica.fail(PATH, "reset")
    with pytest.raises((ConnectionError, http.client.HTTPException, OSError)):
        fetch(replica, URL.replace("https", scheme))


def test_a_stall_lasts_until_the_replica_stops() -> None:
    outcome: list[object] = []

    def ask(replica: Replica) -> None:
        try:
            outcome.append(fetch(replica, URL))
        except (http.client.HTTPException, OSError) as error:
            outcome.append(error)

    with Replica() as replica:
        replica.fail(PATH, "stall")
        waiting = threading.Thread(target=ask, args=(replica,))
        waiting.start()
        while not any(seen.path == PATH for seen in replica.log):
            waiting.join(0.01)
        assert outcome == []
        started = time.monotonic()
    waiting.join(10)
    assert isinstance(outcome[0], http.client.IncompleteRead | OSError)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("mode", ["big", "big-chunked"])
def test_a_big_body_is_sent_without_being_held(replica: Replica, mode: str) -> None:
    replica.fail(PATH, mode)
    connection = http.client.HTTPConnection("127.0.0.1", replica.port, timeout=20)
    connection.request("GET", URL.replace("https", "http"))
    answer = connection.getresponse()
    size = 0
    while piece := answer.read(1 << 20):
        size += len(piece)
    assert size == BIG
    connection.close()


def test_a_small_body_may_unpack_to_a_big_one(replica: Replica) -> None:
    replica.fail(PATH, "bomb")
    answer = fetch(replica, URL)
    assert len(answer.body) < 1_000_000
    unpacker = zlib.decompressobj(wbits=31)
    assert len(unpacker.decompress(answer.body)) == 1024 * 1024


@pytest.mark.parametrize(
    ("mode", "target"),
    [
        ("redirect-private", "http://127.0.0.1/"),
        ("redirect-metadata", "http://169.254.169.254/"),
        ("redirect-mirror", "http://www.bjxch.gov.cn.mirror.example/"),
        ("redirect-loop", URL),
    ],
)
def test_redirects_lead_where_nobody_should_follow(replica: Replica, mode: str, target: str) -> None:
    replica.fail(PATH, mode)
    answer = fetch(replica, URL)
    assert answer.status == 302
    assert answer.headers["location"].startswith(target)


def test_a_challenge_sets_a_cookie_by_script(replica: Replica) -> None:
    replica.fail(PATH, "challenge")
    answer = fetch(replica, URL)
    assert answer.status == 412
    assert b"document.cookie" in answer.body


def test_a_cookie_may_be_wanted_once_or_for_ever(replica: Replica) -> None:
    replica.fail(PATH, "cookie-once")
    answer = fetch(replica, URL)
    assert (answer.status, answer.headers["location"]) == (302, URL)
    assert fetch(replica, URL, Cookie=answer.headers["set-cookie"].split(";")[0]).status == 200
    replica.fail(PATH, "cookie-loop")
    answers = [fetch(replica, URL, Cookie="CT6T=1") for _ in range(2)]
    assert [answer.headers["location"] for answer in answers] == [URL, URL]
    assert answers[0].headers["set-cookie"] != answers[1].headers["set-cookie"]


@pytest.mark.parametrize(
    ("mode", "holds"),
    [
        ("cookie-stub", "document.cookie"),
        ("guard-stub", "_guard"),
        ("throttle", "首页"),
        ("login", "password"),
    ],
)
def test_something_else_may_stand_in_a_pages_place(replica: Replica, mode: str, holds: str) -> None:
    replica.fail("*", mode)
    answers = {fetch(replica, URL).body, fetch(replica, f"{URL}?other").body}
    assert len(answers) == 1
    assert holds in answers.pop().decode()


@pytest.mark.parametrize(("mode", "seconds"), [("busy", "0"), ("busy-for-hours", "7200")])
def test_a_host_may_ask_for_patience(replica: Replica, mode: str, seconds: str) -> None:
    replica.fail(PATH, mode)
    answer = fetch(replica, URL)
    assert (answer.status, answer.headers["retry-after"]) == (503, seconds)


def test_robots_may_be_out_of_order(replica: Replica) -> None:
    replica.fail("/robots.txt", "robots-500")
    assert fetch(replica, "https://www.bjxch.gov.cn/robots.txt").status == 500


def test_a_mode_that_does_not_exist_is_refused(replica: Replica) -> None:
    with pytest.raises(ValueError, match="redirect-loop"):
        replica.fail(PATH, "nonsense")
