"""Whether a list that a crawl read named an address, whatever the crawl made of it.

Reads the bodies of lists, each once, and only when it is asked.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from pipelines.decoding import decode
from pipelines.errors import PipelineError
from storage.archive import Archive
from storage.errors import Damaged, NotFound

_TELLING = 6
"""Letters that the end of an address must have to be looked for."""


class ListsOf:
    """The lists of one site's crawls."""

    def __init__(self, archive: Archive, site: str) -> None:
        self._archive = archive
        self._site = site
        self._runs: dict[str, dict[str, tuple[tuple[str, str], ...]]] = {}
        self._bodies: dict[str, bytes] = {}

    def named(self, run: str, address: str) -> bool:
        """Whether a list of that run holds the address's end; True, too, where that cannot be known."""
        parts = urlsplit(address)
        end = parts.query or PurePosixPath(parts.path).name
        if len(end) < _TELLING:
            return True
        lists = self._lists(run)
        return not lists or any(end.encode() in self._body(sha, headers) for sha, headers in lists.items())

    def _lists(self, run: str) -> dict[str, tuple[tuple[str, str], ...]]:
        if run not in self._runs:
            self._runs[run] = {
                capture.sha256: capture.headers
                for capture in self._archive.captures(self._site, run)
                if capture.role == "list" and capture.sha256 is not None and capture.sound
            }
        return self._runs[run]

    def _body(self, sha256: str, headers: tuple[tuple[str, str], ...]) -> bytes:
        if sha256 not in self._bodies:
            try:
                self._bodies[sha256] = decode(self._archive.body(sha256), headers)
            except (NotFound, Damaged, PipelineError):
                self._bodies[sha256] = b""
        return self._bodies[sha256]
