"""A WACZ file holds what the archive holds, says what it lacks, and is the same for the same archive."""

from __future__ import annotations

import gzip
import hashlib
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from storage.archive import Archive
from storage.errors import Damaged, NothingThere
from storage.export.selection import select
from storage.export.wacz import write_wacz
from storage.export.warc import IDENTICAL, NOT_MODIFIED, RECONSTRUCTED
from storage.keys import raw_key
from tests.storage import exported
from tests.storage.exported import (
    ASKED,
    COPY,
    CUT,
    FOUND,
    GONE,
    HOST,
    LARGE,
    LIST,
    MOVED,
    OLDER,
    PAGE,
    PDF,
    SEARCH,
    SITE,
)
from tests.storage.made import NOW, capture


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with exported.fill(tmp_path) as filled:
        yield filled


class Record:
    """A record as a reader sees it, its digests checked."""

    def __init__(self, record: Any) -> None:
        self.kind: str = record.rec_type
        self.target: str = record.rec_headers.get_header("WARC-Target-URI")
        self.http = record.http_headers
        self.body: bytes = record.raw_stream.read()
        self._headers = record.rec_headers
        assert record.digest_checker.passed is not False, record.digest_checker.problems

    def __getitem__(self, name: str) -> str | None:
        found: str | None = self._headers.get_header(name)
        return found


def records(file: Path) -> list[Record]:
    with zipfile.ZipFile(file) as package, package.open("archive/data.warc.gz") as warc:
        return [Record(record) for record in ArchiveIterator(warc, check_digests=True)]


def write(archive: Archive, file: Path, year: int | None = None) -> list[Record]:
    write_wacz(select(archive, SITE, year), file)
    return records(file)


def pages(file: Path) -> list[dict[str, Any]]:
    with zipfile.ZipFile(file) as package:
        return [json.loads(line) for line in package.read("pages/pages.jsonl").splitlines()][1:]


def index(file: Path) -> list[tuple[str, dict[str, str]]]:
    with zipfile.ZipFile(file) as package:
        lines = gzip.decompress(package.read("indexes/index.cdx.gz")).decode().splitlines()
    return [(line.split(" ")[0], json.loads(line.split(" ", 2)[2])) for line in lines]


def one(found: list[Record], kind: str, target: str) -> Record:
    (record,) = (record for record in found if (record.kind, record.target) == (kind, target))
    return record


def test_a_response_is_what_was_received(archive: Archive, tmp_path: Path) -> None:
    found = write(archive, tmp_path / "a.wacz")
    page = one(found, "response", PAGE)
    assert page.body == exported.PAGE_BODY, "encoded as on the wire"
    assert page.http.statusline == "200 OK"
    assert page.http.get_header("Content-Encoding") == "gzip"
    assert page["WARC-Payload-Digest"] == f"sha256:{hashlib.sha256(exported.PAGE_BODY).hexdigest()}"
    assert page["WARC-Date"] == "2026-02-03T04:05:07.000123Z"
    assert one(found, "response", PDF).body == exported.PDF_BODY
    assert one(found, "response", LIST)["WARC-IP-Address"] == "192.0.2.7"
    assert one(found, "response", GONE).http.statusline == "404 Not Found"


def test_headers_are_not_re_encoded(archive: Archive, tmp_path: Path) -> None:
    write(archive, tmp_path / "a.wacz")
    with zipfile.ZipFile(tmp_path / "a.wacz") as package:
        assert "filename=附件.pdf\r\n".encode("gbk") in gzip.decompress(package.read("archive/data.warc.gz"))


def test_a_request_has_its_headers_host_and_body(archive: Archive, tmp_path: Path) -> None:
    found = write(archive, tmp_path / "a.wacz")
    asked = one(found, "request", LIST)
    assert (asked.http.protocol, asked.http.statusline) == ("GET", "/nb/ HTTP/1.1")
    assert asked.http.get_header("Host") == "www.xuxian.gov.cn"
    assert asked["WARC-Concurrent-To"] == one(found, "response", LIST)["WARC-Record-ID"]
    posted = one(found, "request", SEARCH)
    assert (posted.http.protocol, posted.body) == ("POST", b"year=2025&p=1")
    assert posted.http.get_header("Content-Length") == "13"


def test_a_redirected_post_has_the_one_request_that_is_known(archive: Archive, tmp_path: Path) -> None:
    found = write(archive, tmp_path / "a.wacz")
    asked = one(found, "request", ASKED)
    assert (asked.http.protocol, asked.body) == ("POST", b"year=2025&p=1")
    assert asked["WARC-Concurrent-To"] == one(found, "response", ASKED)["WARC-Record-ID"]
    assert one(found, "response", FOUND).body == b"[2]"
    assert not [record for record in found if (record.kind, record.target) == ("request", FOUND)]


def test_nothing_that_was_not_received_frames_a_response(archive: Archive, tmp_path: Path) -> None:
    found = write(archive, tmp_path / "a.wacz")
    framing = {"content-length", "transfer-encoding", "connection"}
    assert not framing & {name.lower() for name, _ in one(found, "response", PDF).http.headers}
    cut = one(found, "response", CUT)
    assert cut.http.get_header("Content-Length") is None
    assert cut.http.get_header("X-Archive-Orig-Content-Length") == "5000"
    assert cut["WARC-Truncated"] == "disconnect"
    large = one(found, "response", LARGE)
    assert (large["WARC-Truncated"], large.body) == ("length", b"")


def test_what_is_unchanged_is_a_revisit(archive: Archive, tmp_path: Path) -> None:
    found = write(archive, tmp_path / "a.wacz")
    first = one(found, "response", PAGE)
    revisits = [record for record in found if record.kind == "revisit"]
    assert [(r.target, r["WARC-Profile"]) for r in revisits] == [
        (PAGE, IDENTICAL),  # by way of MOVED
        (COPY, IDENTICAL),
        (PAGE, NOT_MODIFIED),
    ]
    for revisit in revisits:
        assert revisit["WARC-Refers-To-Target-URI"] == PAGE
        assert revisit["WARC-Refers-To-Date"] == first["WARC-Date"]
        assert revisit["WARC-Payload-Digest"] == first["WARC-Payload-Digest"]
        assert revisit.body == b""
    assert revisits[2].http.statusline == "304 Not Modified"
    assert revisits[2].http.get_header("ETag") == '"1"'


def test_a_redirect_is_rebuilt_from_its_addresses_and_says_so(archive: Archive, tmp_path: Path) -> None:
    found = write(archive, tmp_path / "a.wacz")
    for here, there in ((MOVED, f"{HOST}/moved"), (f"{HOST}/moved", PAGE)):
        step = one(found, "response", here)
        assert step.http.get_header("Location") == there
        assert "neither its status nor its headers" in step.http.get_header(RECONSTRUCTED)


def test_each_line_of_the_journal_goes_along(archive: Archive, tmp_path: Path) -> None:
    found = write(archive, tmp_path / "a.wacz")
    lines = [r.body.removeprefix(b"journal: ").rstrip() + b"\n" for r in found if r.kind == "metadata"]
    assert lines == [capture.to_line() for capture in archive.captures(SITE)]


def test_no_two_records_share_an_identity(archive: Archive, tmp_path: Path) -> None:
    found = write(archive, tmp_path / "a.wacz")
    assert len({record["WARC-Record-ID"] for record in found}) == len(found)


def test_an_exchange_that_two_segments_have_is_written_once(archive: Archive, tmp_path: Path) -> None:
    run = archive.start_run("twice", NOW)
    for _ in range(2):
        run.record(capture(1), b"<p>once</p>")
        run.commit()
    run.finish({})
    assert write_wacz(select(archive, "twice"), tmp_path / "a.wacz").bodies == 1
    kinds = [record.kind for record in records(tmp_path / "a.wacz")]
    assert kinds == ["warcinfo", "response", "request", "metadata"]


def test_pages_are_the_versions_of_reports(archive: Archive, tmp_path: Path) -> None:
    write(archive, tmp_path / "a.wacz")
    told = [(page["url"], page["title"], page["ts"]) for page in pages(tmp_path / "a.wacz")]
    assert told == [
        (PAGE, "published: " + exported.TITLE, "2026-02-03T04:05:07Z"),
        (OLDER, "2019", "2026-02-03T04:05:10Z"),
        (COPY, "copy", "2026-02-03T04:05:16Z"),
    ]


def test_the_index_names_every_answer_but_a_304(archive: Archive, tmp_path: Path) -> None:
    write(archive, tmp_path / "a.wacz")
    lines = index(tmp_path / "a.wacz")
    assert len(lines) == len(exported.exchanges()) - 1 + 3  # steps of redirects
    assert not [line for _, line in lines if line.get("status") == "304"]
    assert [key for key, line in lines if line["url"] == SEARCH] == [
        "cn,gov,xuxian)/search?__wb_method=post&p=1&year=2025"
    ]


def test_a_year_is_its_documents_and_the_lists_that_named_them(archive: Archive, tmp_path: Path) -> None:
    found = write(archive, tmp_path / "a.wacz", 2025)
    targets = {record.target for record in found if record.kind in ("response", "revisit")}
    assert targets == {LIST, PAGE, PDF, MOVED, f"{HOST}/moved"}
    assert {page["url"] for page in pages(tmp_path / "a.wacz")} == {PAGE}


def test_the_same_archive_gives_the_same_bytes(archive: Archive, tmp_path: Path) -> None:
    for name in ("a.wacz", "b.wacz"):
        write(archive, tmp_path / name)
    assert (tmp_path / "a.wacz").read_bytes() == (tmp_path / "b.wacz").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"a.wacz", "b.wacz", "archive", "state"}


def test_a_damaged_body_ends_it_and_leaves_the_file_before(archive: Archive, tmp_path: Path) -> None:
    goal = tmp_path / "a.wacz"
    write(archive, goal)
    before = goal.read_bytes()
    body = tmp_path / "archive" / raw_key(hashlib.sha256(exported.PDF_BODY).hexdigest())
    body.chmod(0o644)
    body.write_bytes(b"flipped")
    with pytest.raises(Damaged, match=body.name):
        write(archive, goal)
    assert goal.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"a.wacz", "archive", "state"}


@pytest.mark.parametrize(("site", "year"), [("nosite", None), (SITE, 2001)])
def test_nothing_to_write_is_said(archive: Archive, tmp_path: Path, site: str, year: int | None) -> None:
    with pytest.raises(NothingThere, match=site):
        write_wacz(select(archive, site, year), tmp_path / "a.wacz")
    assert not (tmp_path / "a.wacz").exists()


def test_memory_does_not_grow_with_the_site(tmp_path: Path) -> None:
    with exported.fill(tmp_path, more=60) as archive:
        tracemalloc.start()
        write_wacz(select(archive, SITE), tmp_path / "a.wacz")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert (tmp_path / "a.wacz").stat().st_size > 12_000_000
    assert peak < 4_000_000
