"""`gongkai diff`: one change found by what a person types, and its bodies as files or as a diff of bytes.

This module reads an archive and writes what is asked for beside it. It must not compare bodies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from difflib import unified_diff
from pathlib import Path

from crawler.errors import AmbiguousName, ReportNotFound
from pipelines.decoding import decode
from pipelines.errors import PipelineError
from pipelines.history.finding import Body, Found, at_address, by_id
from pipelines.report.readers.html_decode import decode as text_of
from pipelines.report.readers.sniff import HTML, sniff
from storage.archive import Archive

_ID = re.compile(r"[0-9a-f]{4,12}")
_ENDINGS = {
    "text/html": ".html",
    "text/plain": ".txt",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/msword": ".doc",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "image/jpeg": ".jpg",
    "image/png": ".png",
}


def find(archive: Archive, which: str, until: datetime | None) -> tuple[Found, list[Found]]:
    """The change with that ID, or the newest one of that address before `until`; and the address's others.

    Noise is found where nothing else is.

    Raises:
        ReportNotFound: where there is none.
        AmbiguousName: where several IDs begin so.
    """
    sites = archive.sites()
    if "://" in which:
        return _of_address(archive, sites, which, until)
    if not _ID.fullmatch(which):
        raise ReportNotFound(f"{which} is neither an address nor an ID; `gongkai changes` lists the IDs")
    found = by_id(archive, sites, which)
    if not found:
        raise ReportNotFound(f"no change has the ID {which}; `gongkai changes --all` lists those there are")
    if len(found) > 1:
        ids = ", ".join(one.change.id for one in found)
        raise AmbiguousName(f"{len(found)} IDs begin with {which}: {ids}. Type more of it.")
    return found[0], []


def _of_address(
    archive: Archive, sites: list[str], url: str, until: datetime | None
) -> tuple[Found, list[Found]]:
    told = at_address(archive, sites, url)
    kept = [one for one in told if until is None or one.change.at < until]
    if not kept:
        if told:
            raise ReportNotFound(f"{url} changed only after that day: first on {told[0].change.at:%Y-%m-%d}")
        raise ReportNotFound(f"no change of {url} is known; `gongkai changes --all` lists those there are")
    chosen = [one for one in kept if one.change.kind != "noise"] or kept
    return chosen[-1], [one for one in told if one is not chosen[-1] and one.change.kind != "noise"]


def unified(archive: Archive, found: Found) -> Iterator[str]:
    """How the text of both bodies differs, markup and all.

    Raises:
        NotFound, Damaged: where a body is lost.
    """
    before, after = (_lines(archive, body) for body in (found.before, found.after))
    yield from unified_diff(before, after, _name(found.before), _name(found.after), lineterm="")


def write_bodies(archive: Archive, found: Found, folder: Path) -> Iterator[Path]:
    """Writes both bodies as they were received, and gives the files' names.

    Raises:
        NotFound, Damaged: where a body is lost.
        OSError: where the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for which, body in (("before", found.before), ("after", found.after)):
        if body is None:
            continue
        data = archive.body(body.sha256)
        try:
            plain = decode(data, body.headers)
        except PipelineError:
            plain = b""
        ending = _ENDINGS.get(sniff(plain), ".bin") if plain else ".bin"
        coded = "" if plain == data else ".gz"
        path = folder / f"{which}-{body.sha256[:12]}{ending}{coded}"
        path.write_bytes(data)
        yield path


def _lines(archive: Archive, body: Body | None) -> list[str]:
    """A body's text, each tag on a line of its own (pages are often one long line), none empty."""
    if body is None:
        return []
    data = decode(archive.body(body.sha256), body.headers)
    if sniff(data) != HTML:
        return [f"{len(data)} bytes, no markup: write both with --out and look at them"]
    lines = text_of(data).replace(">", ">\n").replace("</", "\n</").splitlines()
    return [line for line in lines if line.strip()]


def _name(body: Body | None) -> str:
    return "nothing" if body is None else f"{body.url} {body.sha256[:12]} {body.first:%Y-%m-%dT%H:%M:%SZ}"
