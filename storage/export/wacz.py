"""A site's captures as a WACZ 1.1.1 file, which pywb and other readers of WACZ replay.

Its parts are written beside the goal, which appears when it is whole. Memory does not grow with the
site: one body at a time, the index sorted on disk. The same archive gives the same bytes: times in the
file are those of the captures, never of the writing.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from cdxj_indexer.main import CDXJIndexer

from storage.disk import disk_errors, sync_folder
from storage.errors import NothingThere
from storage.export.selection import Selection
from storage.export.warc import NOT_MODIFIED, Warc, scratch
from storage.journal import Capture, json_document, json_line

WACZ = "1.1.1"
WARC_NAME = "data.warc.gz"
INDEX_NAME = "index.cdx.gz"
_REMEDY = "name another file"
_CHUNK = 1 << 20


@dataclass
class Written:
    """What went into the file."""

    captures: int = 0
    bodies: int = 0
    pages: int = 0


def write_wacz(
    selection: Selection, goal: Path, progress: Callable[[Written], None] = lambda _: None
) -> Written:
    """Writes the selection's captures to `goal`, in place of what is there.

    Raises `NothingThere` where there are no captures, `NotFound` or `Damaged` where a body is missing or
    not what its name says, `ArchiveUnusable` where the disk refuses.
    """
    span = selection.span()
    if span is None:
        year = "" if selection.year is None else f" about {selection.year}"
        raise NothingThere(f"{selection.archive.url} has no captures of {selection.site}{year}.")
    goal = goal.absolute()
    with (
        disk_errors(goal, _REMEDY),
        tempfile.TemporaryDirectory(prefix=f".{goal.name[:60]}.", dir=goal.parent) as name,
    ):
        folder = Path(name)
        written = _records(selection, folder, span, progress)
        _index(folder)
        whole = folder / "whole"
        _package(selection, folder, whole, span)
        whole.replace(goal)
        sync_folder(goal.parent)
    return written


def _records(
    selection: Selection, folder: Path, span: tuple[datetime, datetime], progress: Callable[[Written], None]
) -> Written:
    """The WARC file and the list of pages."""
    written, titles = Written(), selection.titles()
    software = f"gongkai {version('gongkai')}"
    with (
        scratch() as table,
        (folder / WARC_NAME).open("wb") as file,
        (folder / "pages.jsonl").open("wb") as pages,
    ):
        table.execute("CREATE TABLE pages (id TEXT PRIMARY KEY) WITHOUT ROWID")
        warc = Warc(file, selection.archive, table)
        about = {"software": software, "format": "WARC File Format 1.1", "isPartOf": _title(selection)}
        warc.information(about, span[0])
        pages.write(json_line({"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}))
        for capture in selection:
            written.bodies += warc.add(capture)
            written.captures += 1
            if capture.role == "report" and capture.sound and capture.status == 200:
                page = _page(capture, titles)
                if table.execute("INSERT OR IGNORE INTO pages VALUES (?)", (page["id"],)).rowcount:
                    pages.write(json_line(page))
                    written.pages += 1
            progress(written)
    return written


def _page(capture: Capture, titles: dict[str, str]) -> dict[str, Any]:
    """A version of a report's page, under the title of the report that was read from it."""
    url = capture.final_url.partition("#")[0]
    when = f"{capture.requested.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    page: dict[str, Any] = {
        "id": hashlib.sha256(f"{url} {capture.sha256}".encode()).hexdigest()[:20],
        "url": url,
        "ts": when,
    }
    if title := titles.get(capture.url) or titles.get(capture.final_url) or capture.hints.get("title"):
        page["title"] = str(title)
    return page


def _index(folder: Path) -> None:
    """The CDXJ index of the WARC file, by the indexer that Webrecorder's own tools use."""
    with (
        (folder / INDEX_NAME).open("wb") as data,
        (folder / "index.idx").open("w", encoding="utf-8") as heads,
    ):
        indexer: Any = CDXJIndexer(
            heads,
            str(folder / WARC_NAME),
            sort=True,
            compress=data,
            data_out_name=INDEX_NAME,
            filename=WARC_NAME,
            post_append=True,
        )
        indexer.filter_record = _is_page_content
        indexer.process_all()


def _is_page_content(record: Any) -> bool:
    """A 304 is no version of a page: whom the index leads to it gets an empty one. It stays in the WARC."""
    kind, profile = record.rec_type, record.rec_headers.get_header("WARC-Profile")
    return bool(kind == "response" or (kind == "revisit" and profile != NOT_MODIFIED))


def _package(selection: Selection, folder: Path, whole: Path, span: tuple[datetime, datetime]) -> None:
    """The ZIP file of all parts, fsynced."""
    parts = (
        ("pages/pages.jsonl", "pages.jsonl", zipfile.ZIP_DEFLATED),
        (f"archive/{WARC_NAME}", WARC_NAME, zipfile.ZIP_STORED),
        ("indexes/index.idx", "index.idx", zipfile.ZIP_DEFLATED),
        (f"indexes/{INDEX_NAME}", INDEX_NAME, zipfile.ZIP_STORED),
    )
    with whole.open("wb") as file:
        with zipfile.ZipFile(file, "w") as package:
            resources = []
            for path, name, compression in parts:
                part = folder / name
                info = _entry(path, span[1], compression, part.stat().st_size)
                with part.open("rb") as source, package.open(info, "w") as target:
                    resources.append({"name": name, "path": path} | _copy(source, target))
                part.unlink()
            described = json_document(_description(selection, span, resources))
            package.writestr(_entry("datapackage.json", span[1], zipfile.ZIP_STORED), described)
            digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(described).hexdigest()}"}
            sealed = _entry("datapackage-digest.json", span[1], zipfile.ZIP_STORED)
            package.writestr(sealed, json_document(digest))
        file.flush()
        os.fsync(file.fileno())


def _description(
    selection: Selection, span: tuple[datetime, datetime], resources: list[dict[str, Any]]
) -> dict[str, Any]:
    first, last = (f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for when in span)
    return {
        "profile": "data-package",
        "wacz_version": WACZ,
        "title": _title(selection),
        "description": f"Captured from {first} to {last}. Redirects are reconstructed from their addresses.",
        "created": last,
        "software": f"gongkai {version('gongkai')}",
        "gongkai": {"archive": selection.archive.identity, "site": selection.site, "year": selection.year},
        "resources": resources,
    }


def _title(selection: Selection) -> str:
    year = "" if selection.year is None else f" {selection.year}"
    return f"政府信息公开工作年度报告 {selection.site}{year}"


def _entry(path: str, when: datetime, compression: int, size: int = 0) -> zipfile.ZipInfo:
    moment = max(when.astimezone(UTC), datetime(1980, 1, 1, tzinfo=UTC))  # ZIP knows no earlier one
    info = zipfile.ZipInfo(path, moment.timetuple()[:6])
    info.compress_type, info.file_size, info.create_system = compression, size, 3
    info.external_attr = 0o644 << 16
    return info


def _copy(source: IO[bytes], target: IO[bytes]) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK):
        target.write(chunk)
        digest.update(chunk)
        size += len(chunk)
    return {"hash": f"sha256:{digest.hexdigest()}", "bytes": size}
