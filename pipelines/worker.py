"""Reading bodies in another process, which can be stopped when a document takes too long or too much.

Of 28 hostile PDFs four hung pdfplumber and five took a gigabyte or more: no document is read in the
process that crawls. pebble, because the standard library's pools cannot kill a worker (cpython#115634,
cpython#96062).
"""

from __future__ import annotations

import multiprocessing
import resource
import signal
from concurrent.futures import BrokenExecutor, Future
from types import TracebackType
from typing import Any, Self

from pebble import ProcessExpired, ProcessPool

from pipelines.errors import ReadTimeout, UnreadableDocument, WorkerDied
from pipelines.report.stored import reading_json

MIB = 1 << 20
CLOSED = "the reader was closed before the document was read"


class Reader:
    """`pipelines.report.read.read_all` at arm's length. The worker starts with the first body."""

    def __init__(
        self,
        *,
        workers: int = 1,
        seconds: float = 60,
        memory: int = 2048 * MIB,
        max_body: int = 64 * MIB,
    ) -> None:
        """`seconds` and `memory` (bytes of address space) are for one body; `max_body` is in bytes too."""
        self.workers = workers
        self.seconds = seconds
        self.memory = memory
        self.max_body = max_body
        self._pool: ProcessPool | None = None
        self._open: set[Future[dict[str, Any]]] = set()

    def submit(self, body: bytes) -> Future[dict[str, Any]]:
        """The reading's JSON (`pipelines.report.stored`), later; its error is one of those of `read`.

        `body` is content-decoded already.
        """
        answer: Future[dict[str, Any]] = Future()
        if len(body) > self.max_body:
            megabytes = len(body) / MIB
            answer.set_exception(
                UnreadableDocument(
                    f"the body has {megabytes:.0f} MiB; more than {self.max_body // MIB} are not read"
                )
            )
            return answer
        task: Future[dict[str, Any]] = self._started().schedule(_read, args=[body], timeout=self.seconds)
        self._open.add(answer)
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

    def close(self) -> None:
        """Ends the worker, whatever it is doing."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()
            self._pool = None
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
                initializer=_settle,
                initargs=[self.memory],
                context=multiprocessing.get_context("spawn"),  # a fork would take the reactor's threads along
            )
        return self._pool

    def _pass_on(self, done: Future[dict[str, Any]], answer: Future[dict[str, Any]]) -> None:
        try:
            self._open.remove(answer)
        except KeyError:
            return  # closed meanwhile
        if done.cancelled():
            answer.set_exception(WorkerDied(CLOSED))
            return
        error = done.exception()
        if error is None:
            answer.set_result(done.result())
        elif isinstance(error, TimeoutError):
            answer.set_exception(ReadTimeout(f"reading took longer than {self.seconds:g} seconds"))
        elif isinstance(error, ProcessExpired):
            answer.set_exception(WorkerDied(f"reading ended the process (exit code {error.exitcode})"))
        elif isinstance(error, BrokenExecutor):
            answer.set_exception(WorkerDied("the worker process could not be kept going"))
        elif isinstance(error, MemoryError):
            answer.set_exception(WorkerDied(f"reading took more than {self.memory // MIB} MiB of memory"))
        else:
            answer.set_exception(error)


def _settle(memory: int) -> None:
    """Runs in the worker: its limit, and a deaf ear for the Ctrl-C that is meant for the crawl."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _read(body: bytes) -> dict[str, Any]:
    from pipelines.report.read import read_all  # in the worker: the crawl itself loads no PDF library

    return reading_json(read_all(body))
