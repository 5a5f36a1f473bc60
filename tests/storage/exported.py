"""An archive with every kind of exchange that a journal knows, to be exported."""

from __future__ import annotations

import gzip
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

from storage.archive import Archive
from storage.journal import Capture
from tests.made import truth
from tests.made.pdf import pdf
from tests.storage.made import NOW, capture

SITE = "xuxian"
HOST = "https://www.xuxian.gov.cn"
LIST, PAGE, PDF = f"{HOST}/nb/", f"{HOST}/nb/2025.html", f"{HOST}/nb/2025.pdf"
OLDER, MOVED, SEARCH, COPY = (
    f"{HOST}/nb/2019.html",
    f"{HOST}/old/2025.htm",
    f"{HOST}/search",
    f"{HOST}/copy.html",
)
ASKED, FOUND = f"{HOST}/ask", f"{HOST}/found"
CUT, LARGE, GONE = f"{HOST}/nb/cut.html", f"{HOST}/nb/large.pdf", f"{HOST}/nb/gone.html"
ORGANIZATION = "虚县虚构局"
TITLE = f"{ORGANIZATION}2025年政府信息公开工作年度报告"

PAGE_TEXT = (
    f'<!DOCTYPE html><meta charset="utf-8"><title>页</title><h1>{TITLE}</h1><a href="2025.pdf">附件</a>'
)
PAGE_BODY = gzip.compress(PAGE_TEXT.encode(), mtime=0)
PDF_BODY = pdf(truth.make(1, organization=ORGANIZATION, year=2025))
LIST_BODY = f'<meta charset="utf-8"><a href="2025.html">{TITLE}</a>'.encode()
FILE_NAME = "附件.pdf".encode("gbk").decode("latin-1")
"""A header as the journal has it: its bytes as Latin-1."""

_ZIPPED = (
    ("Content-Length", str(len(PAGE_BODY))),
    ("Content-Encoding", "gzip"),
    ("Content-Type", "text/html"),
)
_HTML = (("Content-Type", "text/html; charset=utf-8"),)
_YEAR = {"title": TITLE, "organization": ORGANIZATION, "year": 2025, "parent": LIST}


def exchanges() -> list[tuple[Capture, bytes | None]]:
    """What two crawls captured, a second apart."""
    made: list[tuple[Capture, bytes | None]] = []

    def add(url: str, body: bytes | None, **fields: Any) -> None:
        moment = NOW + timedelta(seconds=len(made), microseconds=123)
        times = {"requested": moment, "received": moment + timedelta(milliseconds=250)}
        made.append((capture(**({"url": url, "final_url": url, "hints": {}} | times | fields)), body))

    add(LIST, LIST_BODY, role="list", headers=_HTML, peer="192.0.2.7")
    add(PAGE, PAGE_BODY, hints=_YEAR, headers=_ZIPPED, request_headers=(("User-Agent", "gongkai"),))
    disposition = ("Content-Disposition", f"attachment; filename={FILE_NAME}")
    attached = _YEAR | {"parent": PAGE}
    typed = ("Content-Type", "application/pdf")
    add(PDF, PDF_BODY, role="attachment", hints=attached, headers=(typed, disposition))
    add(MOVED, PAGE_BODY, final_url=PAGE, redirects=(f"{HOST}/moved",), hints=_YEAR, headers=_ZIPPED)
    add(OLDER, b"<p>2019</p>", hints={"title": "2019", "year": 2019, "parent": LIST}, headers=_HTML)
    posted = {"method": "POST", "request_body": "year=2025&p=1", "role": "list"}
    form = (("Content-Type", "application/x-www-form-urlencoded"),)
    add(SEARCH, b"[1]", request_headers=form, headers=(("Content-Type", "application/json"),), **posted)
    add(ASKED, b"[2]", final_url=FOUND, request_headers=form, **posted)
    cut = (("Content-Length", "5000"), *_HTML)
    add(CUT, b"<p>cut", headers=cut, flags=("truncated",), hints={"year": 2019})
    add(LARGE, None, headers=(("Content-Length", "999999999"),), flags=("too-large",), role="attachment")
    add(GONE, b"gone", status=404, headers=_HTML, hints={"year": 2019})
    add(COPY, PAGE_BODY, headers=_ZIPPED, hints={"title": "copy", "year": 2018})
    add(PAGE, None, status=304, hints=_YEAR, flags=("unchanged",), headers=(("ETag", '"1"'),))
    return made


def fill(folder: Path, *, more: int = 0) -> Archive:
    """An archive in `folder` that holds them, a report published from two, and `more` pages of 200 kB."""
    archive = Archive.open(str(folder / "archive"), state=folder / "state")
    run = archive.start_run(SITE, NOW)
    for made, body in exchanges():
        if made.status == 304:
            run.commit()
            known = archive.latest(SITE, PAGE)
            assert known is not None
            made = Capture(
                **{name: getattr(made, name) for name in made.__slots__} | {"sha256": known.sha256}
            )
        run.record(made, body)
    for number in range(more):
        run.record(capture(1000 + number), random.Random(number).randbytes(200_000))
    run.finish({})
    sources = [{"url": PAGE, "sha256": "0" * 64}, {"url": PDF, "sha256": "1" * 64}]
    archive.put_report(SITE, 2025, ORGANIZATION, {"title": "published: " + TITLE, "sources": sources})
    return archive
