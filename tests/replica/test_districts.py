"""Every played district: the same bytes each time, a truth that holds, look-alikes that are linked."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from tests.replica import Replica
from tests.replica.client import fetch
from tests.replica.district import District
from tests.replica.families import all_districts, small_districts
from tests.replica.site import Asked, Page, all_sites

DISTRICTS = all_districts()
every_district = pytest.mark.parametrize("kind", DISTRICTS, ids=lambda kind: kind.host)


def get(district: District, address: str) -> Page | None:
    """What an absolute address gives."""
    parts = urlsplit(address)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return district.answer(Asked(path, host=parts.hostname or ""))


def text(district: District, page: Page | None) -> str:
    """The page as text, entities and escapes undone."""
    assert page is not None
    raw = page.body.decode(district.encoding)
    return unquote(unescape(unescape(raw))).replace("\\/", "/")


def tail(address: str) -> str:
    """What of an address stands in any link to it."""
    return unquote(address.rstrip("/").rsplit("/", 1)[1])


def test_hosts_are_invented_and_belong_to_one_district_each() -> None:
    hosts = [host for kind in DISTRICTS for host in kind.hosts]
    assert len(hosts) == len(set(hosts))
    assert len({kind.place for kind in DISTRICTS}) == len(DISTRICTS)
    assert all("xugou" in host and host.endswith(".gov.cn") for host in hosts)
    assert all(kind.place.startswith("虚构") and re.fullmatch(r"\d{10}", kind.code) for kind in DISTRICTS)


def test_no_district_is_played_unasked() -> None:
    assert not any(issubclass(site, District) for site in all_sites())


@every_district
def test_the_same_seed_gives_the_same_bytes(kind: type[District]) -> None:
    one, other = kind(3), kind(3)
    addresses = [entry["url"] for entry in one.truth().values()][::5]
    addresses += [one.url(path) for path in ("/", "/zwgk/", one.entrance, one.column_path(one.annual))]
    for address in addresses:
        assert get(one, address) == get(other, address)


@every_district
def test_every_report_and_file_of_the_truth_is_there(kind: type[District]) -> None:
    district = kind(1)
    truth = district.truth()
    assert len(truth) >= 12
    for entry in truth.values():
        for address in (entry["listed"], entry["url"], *entry["also"]):
            page = get(district, address)
            assert page is not None, address
            assert page.status == 200, address
            assert entry["form"] == "pdf" or str(entry["organization"]) in text(district, page)
        for address in entry["attachments"]:
            assert tail(address) in text(district, get(district, entry["url"]))
    files = [address for entry in truth.values() for address in entry["attachments"]]
    for address in files[:2]:  # each takes a while to make
        file = get(district, address)
        assert file is not None, address
        assert file.body.startswith(b"%PDF-")


@every_district
def test_the_lists_name_every_report_and_look_alike(kind: type[District]) -> None:
    district = kind(1)
    listed = set()
    for column in district.annual_columns():
        if column.is_report:
            continue
        answers = [district.answer(asked) for asked in district.list_requests(column)]
        assert all(answer is not None and answer.status == 200 for answer in answers), column.slugs
        shown = "".join(text(district, answer) for answer in answers)
        for item in column.items:
            assert tail(district.href(column, item)) in shown, item.title
            listed.add(district.href(column, item))
        for child in column.children:
            assert tail(district.column_path(child)) in shown, child.name
            if child.is_report:
                listed.add(district.column_path(child))
    expected = {entry["listed"] for entry in district.truth().values()}
    assert expected <= {address if "://" in address else district.url(address) for address in listed}


@every_district
def test_no_link_on_a_list_is_dead(kind: type[District]) -> None:
    district = kind(1)
    columns = [column for column in district.annual_columns() if not column.is_report]
    for column in columns[:1] + columns[-3:]:
        for asked in district.list_requests(column):
            page = district.answer(asked)
            if asked.method == "POST" or page is None or page.content_type != district.content_type:
                continue
            base = f"{district.scheme}://{asked.host}{asked.path}"
            shown = re.sub(
                "<!--.*?-->|<script.*?</script>", "", page.body.decode(district.encoding), flags=re.S
            )
            for link in re.findall(r'<(?:a|iframe)\b[^>]*?\s(?:href|src)="([^"#]+)"', shown):
                address = urljoin(base, unescape(link))
                if urlsplit(address).hostname in district.hosts:
                    assert get(district, address) is not None, (base, link)


@every_district
def test_every_look_alike_is_linked_somewhere(kind: type[District]) -> None:
    district = kind(1)
    asked = [
        district.asked(path) for path in (district.home_path, "/zwgk/", district.column_path(district.news))
    ]
    for column in district.annual_columns():
        asked += district.list_requests(column) if not column.is_report else ()
    shown = "".join(text(district, district.answer(one)) for one in asked)
    decoys = district.decoys_by_address()
    assert decoys
    assert not set(decoys) & {entry["url"] for entry in district.truth().values()}
    for address in decoys:
        assert tail(address) in shown, address


@every_district
def test_what_is_absent_is_not_to_be_had(kind: type[District]) -> None:
    district = kind(1)
    gone = district.absent()
    assert not set(gone) & set(district.truth())
    for (organization, year), reason in gone.items():
        found = [
            (column, item)
            for column, item in district.places.values()
            if (item.body.name, item.year) == (organization, year)
        ]
        assert bool(found) == (reason != "missing")
        for column, item in found:
            path = district.href(column, item)
            page = district.respond(path)
            assert page is not None
            if reason == "soft-404":
                assert page.status == 302 or len(page.body) < 2000
            else:
                rules = district.respond("/robots.txt")
                assert rules is not None
                assert reason == "robots"
                assert f"Disallow: {path}\n".encode() in rules.body


@every_district
def test_a_correction_changes_one_report(kind: type[District]) -> None:
    district = kind(1)
    chosen = {key: entry["url"] for key, entry in district.truth().items() if entry["department"] < 3}
    before = {key: get(district, url) for key, url in chosen.items()}
    done = district.correct()
    assert done is not None
    assert done.changes
    after = {key: get(district, url) for key, url in chosen.items()}
    assert [key for key in before if before[key] != after[key]] == [(done.organization, done.year)]
    assert district.correct() is None


@every_district
def test_the_floor_counts_lists_pages_and_files(kind: type[District]) -> None:
    district = kind(1)
    truth = district.truth()
    documents = sum(1 + len(entry["attachments"]) + len(entry["also"]) for entry in truth.values())
    assert documents < district.floor() <= documents * 4


def test_small_districts_are_many_distinct_and_quick_to_make() -> None:
    kinds = small_districts(60)
    assert len({kind.hosts for kind in kinds}) == len({kind.place for kind in kinds}) == 60
    assert {kind.family for kind in kinds} == {kind.family for kind in DISTRICTS}
    for kind in kinds:
        district = kind(1)
        truth = district.truth()
        assert len(truth) == 3
        assert district.floor() <= 14
        assert not district.absent()
        for entry in truth.values():
            page = get(district, entry["url"])
            assert page is not None
            assert entry["organization"] in text(district, page)


def test_the_proxy_reaches_every_host_over_both_schemes() -> None:
    with Replica(sites=[*DISTRICTS]) as replica:
        for kind in DISTRICTS:
            for host in kind.hosts:
                path = kind.home_path if host == kind.host else "/"
                assert fetch(replica, f"http://{host}{path}").status == 200
                assert fetch(replica, f"https://{host}{path}").status == 200


def test_endless_pages_and_years_repeat_themselves() -> None:
    district = next(kind for kind in DISTRICTS if kind.__name__ == "Endless")(1)
    path = district.page_path(district.annual, 999)
    last = district.respond(district.page_path(district.annual, district.page_count(district.annual)))
    beyond = district.respond(f"{path};jsessionid=ABC")
    assert beyond is not None
    assert last is not None
    rows = [
        re.findall(r'<ul class="list">.*?</ul>', page.body.decode(), re.DOTALL) for page in (last, beyond)
    ]
    assert rows[0] == rows[1]
    for month in ("1999-12", "2031-01"):
        page = district.respond(f"/rili/{month}.html")
        assert page is not None
        assert f"/rili/{int(month[:4]) + 1}-".encode() in page.body
