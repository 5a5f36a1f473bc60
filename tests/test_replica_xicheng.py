"""The played Xicheng site: every report is where the lists say, the same bytes each time."""

from __future__ import annotations

import re
import time
from html import unescape
from urllib.parse import urljoin

import pytest

from tests.replica import Replica
from tests.replica.client import fetch
from tests.replica.xicheng_plan import BODIES, QUIRKS, YEARS

HOST = "https://www.bjxch.gov.cn"


def entries(replica: Replica, year: int) -> dict[str, str]:
    """title -> absolute address, over all pages of a year's list."""
    found: dict[str, str] = {}
    url: str | None = f"{HOST}/zt/xxgkzl/gknb/pnnfpv{year}.html"
    while url:
        text = fetch(replica, url).body.decode()
        listing = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
        for href, title in re.findall(r'<a href="([^"]+)" target="_blank" title="([^"]+)"', listing):
            found[unescape(title)] = urljoin(url, href)
        following = re.search(r'<a class="next" href="([^"]+)"', text)
        url = urljoin(url, following[1]) if following else None
    return found


def by_quirk(replica: Replica, quirk: str) -> dict[str, object]:
    """The first truth whose item has that quirk."""
    number, year = next(key for key, value in QUIRKS.items() if value == quirk)
    name = next(body.name for body in BODIES if body.department == number)
    return replica.truth()[name, year]


def test_there_are_three_years_of_more_than_thirty_bodies_in_both_editions(shared_replica: Replica) -> None:
    truth = shared_replica.truth()
    assert len(BODIES) > 30
    assert len({body.department for body in BODIES}) == len({body.name for body in BODIES}) == len(BODIES)
    assert set(truth) | set(shared_replica.absent()) == {(b.name, year) for b in BODIES for year in YEARS}
    assert {entry["editions"]["requests"] for entry in truth.values()} == {"2019", "2021"}
    assert {entry["form"] for entry in truth.values()} == {"html", "pdf", "html+pdf"}


@pytest.mark.parametrize("year", YEARS)
def test_the_lists_lead_to_every_report(shared_replica: Replica, year: int) -> None:
    listed = entries(shared_replica, year)
    expected = {e["title"]: e["listed"] for e in shared_replica.truth().values() if e["year"] == year}
    assert expected.items() <= listed.items()
    for title in set(listed) - set(expected):
        look_alike = not re.search("政府信息公开.*年度报告$", title) or title.startswith("图解")
        absent = any(title.startswith(name) for name, when in shared_replica.absent() if when == year)
        assert look_alike or absent


def test_the_column_leads_to_the_lists_and_robots_forbids_something(shared_replica: Replica) -> None:
    column = fetch(shared_replica, f"{HOST}/zt/xxgkzl/gknb.html").body.decode()
    assert all(f"/zt/xxgkzl/gknb/pnnfpv{year}.html" in column for year in YEARS)
    assert b"Disallow: /zt/xxgkzl/gknbcg/" in fetch(shared_replica, f"{HOST}/robots.txt").body


def test_every_report_and_attachment_is_there(shared_replica: Replica) -> None:
    for entry in shared_replica.truth().values():
        page = fetch(shared_replica, entry["url"])
        assert page.status == 200, entry["url"]
        if entry["form"] != "html":
            assert entry["attachments"][0].removeprefix(HOST).encode() in page.body
        for address in entry["attachments"]:
            assert fetch(shared_replica, address).body.startswith(b"%PDF-")


def test_two_replicas_of_a_seed_serve_the_same_bytes_and_of_another_seed_others() -> None:
    with Replica() as one, Replica() as two, Replica(seed=2) as other:
        addresses = {a for e in one.truth().values() for a in (e["url"], *e["attachments"][:1])}
        sample = sorted(addresses)[::7]
        for address in sample:
            first, second = fetch(one, address), fetch(two, address)
            assert first.body == second.body
            assert first.headers.get("etag") == second.headers.get("etag")
            assert first.headers.get("last-modified") == second.headers.get("last-modified")
        assert any(fetch(one, a).body != fetch(other, a).body for a in sample)


def test_the_whole_site_is_made_quickly() -> None:
    started = time.monotonic()
    with Replica() as replica:
        site = replica.server.sites["www.bjxch.gov.cn"]
        for entry in replica.truth().values():
            for address in (entry["url"], *entry["attachments"]):
                assert site.respond(address.removeprefix(HOST)) is not None
    assert time.monotonic() - started < 20


def test_one_report_is_corrected_in_place(replica: Replica) -> None:
    before = replica.truth()
    (change,) = replica.correct()
    assert replica.correct() == []
    key = (change.organization, change.year)
    was, now = before[key], replica.truth()[key]
    assert was["findings"] == ["requests-result-total", "requests-row-total"]
    assert now["findings"] == []
    (path,) = change.changes
    table, row, column = path.split(".")
    assert (was[table][row][column], now[table][row][column]) == change.changes[path]
    assert {k: v for k, v in before.items() if k != key} == {
        k: v for k, v in replica.truth().items() if k != key
    }


def test_a_correction_changes_body_and_validators(replica: Replica) -> None:
    url = str(by_quirk(replica, "corrected")["url"])
    first = fetch(replica, url)
    replica.correct()
    second = fetch(replica, url, If_None_Match=first.headers["etag"])
    assert second.status == 200
    assert second.body != first.body
    assert second.headers["last-modified"] != first.headers["last-modified"]


def test_the_odd_pages_are_odd(shared_replica: Replica) -> None:
    def get(quirk: str, address: str = "url") -> tuple[int, dict[str, str], bytes]:
        answer = fetch(shared_replica, str(by_quirk(shared_replica, quirk)[address]))
        return answer.status, answer.headers, answer.body

    _, headers, body = get("gb18030")
    assert "charset" not in headers["content-type"]
    assert b"charset" not in body
    assert "政府信息公开工作年度报告" in body.decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")

    status, headers, _ = get("moved", "listed")
    assert (status, headers["location"]) == (301, by_quirk(shared_replica, "moved")["url"])

    assert get("gzip")[1]["content-encoding"] == "gzip"
    assert not {"etag", "last-modified"} & set(get("no-validators")[1])
    assert "/gknbxqx/" in str(by_quirk(shared_replica, "older-path")["url"])

    body = get("bad-links")[2]
    assert b"http://127.0.0.1/" in body
    assert b"http://169.254.169.254/" in body
    assert b".mirror.example/" in body


def test_what_a_crawl_must_not_have(shared_replica: Replica) -> None:
    absent = {reason: key for key, reason in shared_replica.absent().items()}
    assert set(absent) == {"missing", "soft-404", "robots"}

    def enumerated(reason: str) -> str:
        name, year = absent[reason]
        number = next(body.department for body in BODIES if body.name == name)
        return f"{HOST}/zt/xxgkzl/gknbxq/pnidpv{number}pntypepvnbpnnfpv{year}.html"

    assert fetch(shared_replica, enumerated("missing")).status == 404
    soft = fetch(shared_replica, enumerated("soft-404"))
    assert soft.status == 200
    assert "页面不存在" in soft.body.decode()
    assert fetch(shared_replica, enumerated("robots")).status == 404
    assert fetch(shared_replica, enumerated("robots").replace("gknbxq", "gknbcg")).status == 200


def test_truths_are_consistent_but_for_what_is_said(shared_replica: Replica) -> None:
    for entry in shared_replica.truth().values():
        requests = entry["requests"]
        balanced = all(
            None in (v := [requests[row][c] for row in ROWS]) or v[0] + v[1] == v[2] + v[3]
            for c in requests["received"]
        )
        assert balanced == ("requests-balance" not in entry["findings"]), entry["organization"]


ROWS = ("received", "carried_in", "total_processed", "carried_forward")
