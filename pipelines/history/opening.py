"""Opening the bodies of a site for comparing, each once, in a worker process; or why one cannot be opened.

It must not compare, nor write to the archive: a reading that is wanting is made and not kept.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock
from types import TracebackType
from typing import Any, Protocol, Self

from pipelines.decoding import decode
from pipelines.errors import PipelineError
from pipelines.history.content import Content, contents
from pipelines.judging import is_reading, wants
from pipelines.report.read import PARSER_VERSION
from pipelines.worker import Reader
from storage.archive import Archive
from storage.errors import Damaged, NotFound

KEPT = 100
"""Bodies kept opened: versions of one address follow each other."""

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A body as it is compared."""

    sha256: str
    plain: str
    """The SHA-256 of the body without its content encoding."""
    documents: tuple[Content, ...]
    reading: tuple[dict[str, Any], ...]
    """The reports of its documents as this version of the parser reads them, as JSON."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A body that cannot be opened, and why."""

    sha256: str
    reason: str
    reading: tuple[dict[str, Any], ...] = ()
    """What was read from it while it could be opened; empty where that is not known."""


class Opens(Protocol):
    """What opens a body (`Opener`)."""

    def open(self, sha256: str, headers: Headers) -> Opened | Closed:
        """The body with that digest, which came with these headers."""

    def reading(self, sha256: str, headers: Headers) -> tuple[dict[str, Any], ...]:
        """What is read from it, without opening it where that is stored; empty where it cannot be read."""


class Shows(Reader):
    """A reader that also tells what a body shows."""

    def contents(self, body: bytes) -> tuple[Content, ...]:
        """See `pipelines.history.content`.

        Raises:
            UnreadableDocument, ReadTimeout, WorkerDied: as `read`.
        """
        task = self._started().schedule(contents, args=[body], timeout=self.seconds)
        error = self._error(task)
        if error is not None:
            raise error
        found: tuple[Content, ...] = task.result()
        return found


class Opener:
    """Opens bodies of one archive, for several threads. The workers start with the first one."""

    def __init__(self, archive: Archive, reader: Shows) -> None:
        """The opener closes `reader` when it is closed itself."""
        self._archive = archive
        self._reader = reader
        self._kept: OrderedDict[str, Future[Opened | Closed]] = OrderedDict()
        self._lock = Lock()

    def open(self, sha256: str, headers: Headers) -> Opened | Closed:
        """See `Opens`. Raises `ArchiveUnusable` where the store is away."""
        with self._lock:
            found = self._kept.get(sha256)
            mine = found is None
            if found is None:
                found = self._kept[sha256] = Future()
            self._kept.move_to_end(sha256)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        if mine:
            try:
                found.set_result(self._open(sha256, headers))
            except BaseException as error:
                found.set_exception(error)
        return found.result()

    def reading(self, sha256: str, headers: Headers) -> tuple[dict[str, Any], ...]:
        """See `Opens`."""
        stored = self._stored(sha256)
        return self.open(sha256, headers).reading if stored is None else tuple(stored["documents"])

    def close(self) -> None:
        """Ends the worker."""
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self, sha256: str, headers: Headers) -> Opened | Closed:
        reading = self._stored(sha256)
        try:
            body = decode(self._archive.body(sha256), headers)
            shown = self._reader.contents(body)
            if reading is None or wants(reading):
                reading = self._reader.read(body)
        except (NotFound, Damaged, PipelineError) as error:
            problem = str(error)
        except RuntimeError as error:
            # The edge of the reader: one body that it stumbles over keeps no other from being compared.
            problem = f"a bug in the reader, please report it: {error!r}"
        else:
            return Opened(sha256, hashlib.sha256(body).hexdigest(), shown, tuple(reading["documents"]))
        return Closed(sha256, problem, tuple((reading or {}).get("documents", ())))

    def _stored(self, sha256: str) -> dict[str, Any] | None:
        stored = self._archive.parse(PARSER_VERSION, sha256)
        return stored if is_reading(stored) else None
