"""Opening the bodies of a site for comparing, each once, in a worker process; or why one cannot be opened.

It must not compare, nor write to the archive: a reading that is wanting is made and not kept.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
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
    body: bytes
    """Without its content encoding."""
    documents: tuple[Content, ...]
    reading: tuple[dict[str, Any], ...]
    """The reports of its documents as this version of the parser reads them, as JSON."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A body that cannot be compared, and why."""

    sha256: str
    reason: str


class Opens(Protocol):
    """What opens a body (`Opener`)."""

    def open(self, sha256: str, headers: Headers) -> Opened | Closed:
        """The body with that digest, which came with these headers."""


class _Shows(Reader):
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
    """Opens bodies of one archive. The worker starts with the first one."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._reader = _Shows()
        self._kept: OrderedDict[str, Opened | Closed] = OrderedDict()

    def open(self, sha256: str, headers: Headers) -> Opened | Closed:
        """See `Opens`. Raises `ArchiveUnusable` where the store is away."""
        found = self._kept.get(sha256)
        if found is None:
            found = self._kept[sha256] = self._open(sha256, headers)
        self._kept.move_to_end(sha256)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found

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
        try:
            body = decode(self._archive.body(sha256), headers)
            shown = self._reader.contents(body)
            reading = self._archive.parse(PARSER_VERSION, sha256)
            if reading is None or not is_reading(reading) or wants(reading):
                reading = self._reader.read(body)
        except (NotFound, Damaged, PipelineError) as error:
            return Closed(sha256, str(error))
        except RuntimeError as error:
            # The edge of the reader: one body that it stumbles over keeps no other from being compared.
            return Closed(sha256, f"a bug in the reader, please report it: {error!r}")
        return Opened(sha256, body, shown, tuple(reading["documents"]))
