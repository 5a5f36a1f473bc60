"""Reading bodies in another process, which can be stopped when a document takes too long or too much.

Of 28 hostile PDFs four hung pdfplumber and five took a gigabyte or more: no document is read in the
process that crawls. pebble, because the standard library's pools cannot kill a worker (cpython#115634,
cpython#96062).
"""

from __future__ import annotations

import hashlib
import logging
import multiprocessing
import resource
import signal
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from pebble import ProcessExpired, ProcessPool

from pipelines.errors import PipelineError, ReadTimeout, UnreadableDocument, WorkerDied
from pipelines.report.read import read_all, read_member, unread_member
from pipelines.report.readers import container, sniff
from pipelines.report.readers.container import Member
from pipelines.report.stored import READING_SCHEMA, reading_from_json, reading_json

if TYPE_CHECKING:
    from pipelines.evidence.draw import Drawing
    from pipelines.report.model import Report

MIB = 1 << 20
SECONDS, SECONDS_WITH_OCR = 60.0, 240.0
"""For one document; a page that is recognised takes 4 to 8 seconds, and up to 20 of a document are."""
CLOSED = "the reader was closed before the document was read"
MOST_SLOW_FILES = 3
"""Files of one archive that may take too long; those behind them are not read, or 200 would take hours."""
NOT_ASKED = f"not read, since {MOST_SLOW_FILES} files before it in the archive took too long"

OUT_OF_MEMORY = ("memory", "bad_alloc")
"""What libraries say, each in an error of its own: lxml "out of memory?", OpenCV "std::bad_alloc"."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Archive:
    """What a worker gives for an archive: its files, to be read one by one."""

    sha256: str
    members: tuple[Member, ...]


_Read = dict[str, Any] | _Archive


class Reader:
    """`pipelines.report.read.read_all` at arm's length. The worker starts with the first body."""

    def __init__(
        self,
        *,
        workers: int = 1,
        seconds: float | None = None,
        memory: int = 2048 * MIB,
        max_body: int = 64 * MIB,
    ) -> None:
        """`seconds` and `memory` (bytes of address space) are for one body or one file of an archive.

        Without `seconds` it is `SECONDS`, or `SECONDS_WITH_OCR` where character recognition is installed.

        `max_body` is in bytes too.
        """
        self.workers = workers
        self.seconds = seconds or (SECONDS_WITH_OCR if find_spec("rapidocr_onnxruntime") else SECONDS)
        self.memory = memory
        self.max_body = max_body
        self._pool: ProcessPool | None = None
        self._open: set[Future[dict[str, Any]]] = set()

    def submit(self, body: bytes) -> Future[dict[str, Any]]:
        """The reading's JSON (`pipelines.report.stored`), later; its error is one of those of `read`.

        `body` is content-decoded already.
        """
        answer: Future[dict[str, Any]] = Future()
        answer.set_running_or_notify_cancel()  # whoever gives up waiting for it cannot take it back
        if len(body) > self.max_body:
            megabytes = len(body) / MIB
            answer.set_exception(
                UnreadableDocument(
                    f"the body has {megabytes:.0f} MiB; more than {self.max_body // MIB} are not read"
                )
            )
            return answer
        self._open.add(answer)
        task: Future[_Read] = self._started().schedule(_read, args=[body], timeout=self.seconds)
        task.add_done_callback(lambda done: self._pass_on(done, answer))
        return answer

    def read(self, body: bytes) -> dict[str, Any]:
        """The reading's JSON, waited for.

        Raises:
            UnreadableDocument: where the document cannot be opened, or is larger than `max_body`.
            ReadTimeout: where it took longer than `seconds`.
            WorkerDied: where reading it ended the process, as running out of memory does.
        """
        return self.submit(body).result()

    def draw(self, body: bytes, reports: Sequence[Report], title: str) -> list[Drawing]:
        """The reports drawn over the documents of `body` that they were read from; `title` names it.

        Raises:
            UnreadableDocument, ReadTimeout, WorkerDied: as `read`.
        """
        work = [body, reading_json(reports), title]
        task: Future[list[Drawing]] = self._started().schedule(_draw, args=work, timeout=self.seconds)
        error = self._error(task)
        if error is not None:
            raise error
        return task.result()

    def close(self) -> None:
        """Ends the worker, whatever it is doing."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()
        while self._open:  # pebble leaves what was running without an answer
            self._open.pop().set_exception(WorkerDied(CLOSED))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _started(self) -> ProcessPool:
        if self._pool is None or not self._pool.active:
            self._pool = ProcessPool(
                max_workers=self.workers,
                max_tasks=500,  # libraries leak a little
                initializer=_limit,
                initargs=[self.memory],
                context=multiprocessing.get_context("spawn"),  # a fork would take the reactor's threads along
            )
        return self._pool

    def _pass_on(self, done: Future[_Read], answer: Future[dict[str, Any]]) -> None:
        error = self._error(done)
        if error is not None:
            self._settle(answer, error)
            return
        read = done.result()
        if isinstance(read, _Archive):
            self._read_members(read, answer)
        else:
            self._settle(answer, read)

    def _read_members(self, archive: _Archive, answer: Future[dict[str, Any]]) -> None:
        """An archive's files one by one, each with the time and memory of a body.

        One that hangs spoils no other, and many that hang do not keep the reader for hours.
        """
        waiting = iter(archive.members)
        documents: list[dict[str, Any]] = []
        slow = 0

        def go_on() -> None:
            for member in waiting:
                if slow < MOST_SLOW_FILES:
                    pool = self._pool
                    if pool is None or not pool.active:
                        self._settle(answer, WorkerDied(CLOSED))
                        return
                    task = pool.schedule(_read_member, args=[member, archive.sha256], timeout=self.seconds)
                    task.add_done_callback(partial(collect, member.name))
                    return
                documents.append(unread_member(member.name, NOT_ASKED, archive.sha256).to_json())
            self._settle(answer, {"schema": READING_SCHEMA, "documents": documents})

        def collect(name: str | None, done: Future[list[dict[str, Any]]]) -> None:
            nonlocal slow
            if self._pool is None:  # closed: what is missing was not unreadable, and half a reading is none
                self._settle(answer, WorkerDied(CLOSED))
                return
            error = self._error(done)
            if error is None:
                documents.extend(done.result())
            else:
                slow += isinstance(error, ReadTimeout)
                problem = str(error)
                if not isinstance(error, PipelineError):  # the edge of the reader, as for a body
                    log.error("the reader stumbled over %s in %s", name, archive.sha256, exc_info=error)
                    problem = f"a bug in the reader, please report it: {error!r}"
                documents.append(unread_member(name, problem, archive.sha256).to_json())
            go_on()

        go_on()

    def _settle(self, answer: Future[dict[str, Any]], outcome: dict[str, Any] | BaseException) -> None:
        try:
            self._open.remove(answer)
        except KeyError:
            return  # closed meanwhile
        if isinstance(outcome, BaseException):
            answer.set_exception(outcome)
        else:
            answer.set_result(outcome)

    def _error(self, done: Future[Any]) -> BaseException | None:
        """What went wrong with a task, in this package's words."""
        if done.cancelled():
            return WorkerDied(CLOSED)
        error = done.exception()
        if error is not None and self._pool is None:  # pebble trips over a pipe that it has closed itself
            return WorkerDied(CLOSED)
        if isinstance(error, TimeoutError):
            return ReadTimeout(f"reading took longer than {self.seconds:g} seconds")
        if isinstance(error, ProcessExpired):
            return WorkerDied(f"reading ended the process (exit code {error.exitcode})")
        if isinstance(error, BrokenExecutor):
            return WorkerDied("the worker process could not be kept going")
        if isinstance(error, MemoryError):
            return WorkerDied(f"reading took more than {self.memory // MIB} MiB of memory")
        return error


def _limit(memory: int) -> None:
    """Runs in the worker: its limit, and a deaf ear for the Ctrl-C that is meant for the crawl.

    What libraries mutter about a document goes nowhere: what matters of it is a finding.
    """
    logging.captureWarnings(True)
    logging.getLogger().addHandler(logging.NullHandler())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    most = resource.getrlimit(resource.RLIMIT_AS)[1]  # stays: a converter that is started gets its own limit
    own = memory if most == resource.RLIM_INFINITY else min(memory, most)
    resource.setrlimit(resource.RLIMIT_AS, (own, most))


def _read(body: bytes) -> _Read:
    """Runs in the worker."""
    with _in_words():
        kind = sniff(body)
        if container.opens(kind):
            return _Archive(hashlib.sha256(body).hexdigest(), container.unpack(body, kind))
        return reading_json(read_all(body))


def _read_member(member: Member, sha256: str) -> list[dict[str, Any]]:
    """Runs in the worker, for one file of an archive."""
    with _in_words():
        return [report.to_json() for report in read_member(member, sha256)]


def _draw(body: bytes, reading: dict[str, Any], title: str) -> list[Drawing]:
    """Runs in the worker."""
    from pipelines.evidence.draw import draw

    with _in_words():
        return draw(body, reading_from_json(reading), title)


@contextmanager
def _in_words() -> Iterator[None]:
    """The edge of the worker: not every library's error can be sent to another process, its words can."""
    try:
        yield
    except (PipelineError, MemoryError):
        raise
    except Exception as error:
        if any(words in str(error) for words in OUT_OF_MEMORY):
            raise MemoryError from None
        raise RuntimeError("".join(traceback.format_exception(error))) from None
