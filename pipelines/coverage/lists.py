"""What the lists that a crawl read say, whatever the crawl made of it.

Reads the bodies of lists, each once, and only when it is asked.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from pipelines.decoding import decode
from pipelines.errors import PipelineError
from storage.archive import Archive
from storage.errors import Damaged, NotFound

_TELLING = 6
"""Letters that the end of an address must have to be looked for."""
_PIECE = re.compile(r"[^<>\"'{}\r\n\t]{4,150}")
_SUBJECT = re.compile(r"信息公开|政务公开|年报|年度报告")
_YEAR_FIRST = re.compile(r"(?:关于)?(?:20\d\d|二[〇○零])")
_HAN = re.compile("[\u4e00-\u9fff]")
_NAME = 40
"""Letters that a body's name in a cell of its own may have."""
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


class ListsOf:
    """The lists of one site's crawls."""

    def __init__(self, archive: Archive, site: str) -> None:
        self._archive = archive
        self._site = site
        self._runs: dict[str, dict[str, tuple[tuple[str, str], ...]]] = {}
        self._bodies: dict[str, bytes | None] = {}
        self._titles: dict[str, tuple[str, ...]] = {}

    def named(self, run: str, address: str) -> bool:
        """Whether a list of that run holds the address's end; True, too, where that cannot be known."""
        parts = urlsplit(address)
        end = parts.query or PurePosixPath(parts.path).name
        if len(end) < _TELLING:
            return True
        written = {way.encode() for one in (end, unquote(end)) for way in (one, html.escape(one))}
        bodies = [self._body(sha256, headers) for sha256, headers in self._lists(run).items()]
        return not bodies or any(body is None or any(way in body for way in written) for body in bodies)

    def mentioned(self, run: str, names: Collection[str], others: Collection[str], year: int) -> str | None:
        """A title on a list of that run that has one of these names, that report year and a report's words.

        `others`: longer names in which one of these stands; their titles are passed over.
        """
        said = _said(year)
        for sha256, headers in self._lists(run).items():
            for title in self._titles_of(sha256, headers):
                whose = any(name in title for name in names)
                if whose and said.search(title) and not any(other in title for other in others):
                    return title
        return None

    def _titles_of(self, sha256: str, headers: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
        if sha256 not in self._titles:
            self._titles[sha256] = tuple(dict.fromkeys(_titles(self._body(sha256, headers) or b"")))
        return self._titles[sha256]

    def _lists(self, run: str) -> dict[str, tuple[tuple[str, str], ...]]:
        if run not in self._runs:
            self._runs[run] = {
                capture.sha256: capture.headers
                for capture in self._archive.captures(self._site, run)
                if capture.role == "list" and capture.sha256 is not None and capture.sound
            }
        return self._runs[run]

    def _body(self, sha256: str, headers: tuple[tuple[str, str], ...]) -> bytes | None:
        if sha256 not in self._bodies:
            try:
                self._bodies[sha256] = decode(self._archive.body(sha256), headers)
            except (NotFound, Damaged, PipelineError):
                self._bodies[sha256] = None
        return self._bodies[sha256]


def _said(year: int) -> re.Pattern[str]:
    """A report year as titles write it, and no day of that year: 2024, 二〇二四年, 24年."""
    han = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(year)).replace("〇", "[〇○零Oo0]")
    no_day = r"(?!\s*[-./年]\s*\d)"
    return re.compile(rf"(?<!\d){year}(?!\d){no_day}|{han}|(?<!\d){year % 100:02d}年{no_day}(?!\s*\d)")


def _titles(body: bytes) -> Iterator[str]:
    """The pieces of text in a list's body, of a page as of JSON, that have a report's words.

    A piece that begins with a year comes with what stands in the cell before it: a body's name may.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = body.decode("gb18030", "replace")
    text = html.unescape(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), text))
    before = ""
    for piece in (piece.strip() for piece in _PIECE.findall(text)):
        if _SUBJECT.search(piece):
            yield f"{before} {piece}" if before and _YEAR_FIRST.match(piece) else piece
        if _HAN.search(piece):
            before = "" if re.search(r"\d", piece) or _SUBJECT.search(piece) else piece[:_NAME]
