"""The way to a store that may go away in the middle of a crawl: who waits how long for it, what is said.

The crawl itself never waits for the store: what it captures is on this machine's disk. What asks the
store beside the crawl does so here, in threads that nothing else needs. Knows nothing of captures,
documents or reports.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

from storage.errors import ArchiveUnusable, StorageError

ANSWER = 15.0
"""Seconds after which a store that has not answered a question counts as away."""

log = logging.getLogger(__name__)
T = TypeVar("T")


class Threads:
    """So many threads at most, started when needed, that do not keep the process from ending.

    Those of `concurrent.futures` do: a store that is silent would hold it up for minutes.
    """

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._tasks: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()
        self._lock = Lock()
        self._threads = 0
        self._open = 0
        """Tasks that are not done."""

    def submit(self, task: Callable[[], T]) -> Future[T]:
        """What `task` gives, later."""
        answer: Future[T] = Future()
        with self._lock:
            self._tasks.put((answer, task))
            self._open += 1
            if self._threads < min(self._open, self._most):
                self._threads += 1
                Thread(target=self._work, name=self._name, daemon=True).start()
        return answer

    def _work(self) -> None:
        while True:
            answer, task = self._tasks.get()
            try:
                if answer.set_running_or_notify_cancel():
                    answer.set_result(task())
            except BaseException as error:  # the edge of the thread: whoever waits gets it
                answer.set_exception(error)
            finally:
                with self._lock:
                    self._open -= 1


_ASKING = Threads(16, "asking")
"""For short questions of all crawls of this process."""
_WORKING = Threads(8, "working")
"""For what takes its time: sealing, publishing."""
_without: dict[str, set[str]] = {}
"""Archive -> the sites whose crawls do without it: one of them says so, and the last that it is back."""


async def ask(url: str, question: Callable[..., T], *arguments: Any) -> T:
    """The answer to a short question to the store at `url`.

    Raises what `question` raises, and `ArchiveUnusable` where it takes longer than `ANSWER`.
    """
    answer = _heard(_ASKING.submit(partial(question, *arguments)))
    try:
        # Shielded: a thread cannot be stopped; it goes on by itself.
        return await asyncio.wait_for(asyncio.shield(answer), ANSWER)
    except TimeoutError:
        raise ArchiveUnusable(f"{url} has not answered for {ANSWER:.0f} seconds.") from None


async def work(task: Callable[..., T], *arguments: Any) -> T:
    """What `task` gives, however long it takes; raises what it raises."""
    return await _heard(_WORKING.submit(partial(task, *arguments)))


def notice(url: str, site: str, away: StorageError | None, room: Callable[[], int]) -> None:
    """Says once that the store at `url` is away from the crawl of `site`, and once that it is back.

    `room` gives the bytes that the spool still takes.
    """
    sites = _without.setdefault(url, set())
    if away is not None and site not in sites:
        if not sites:
            words = "The store is away: %s The crawl goes on; %s MB are free in the spool."
            log.warning(words, away, f"{room() / 1e6:,.0f}")
        sites.add(site)
    elif away is None and site in sites:
        sites.discard(site)
        if not sites:
            log.warning("The store is back: %s", url)


def forget(url: str, site: str) -> None:
    """The crawl of `site` is over: nobody waits for the store on its behalf."""
    _without.get(url, set()).discard(site)


def _heard(answer: Future[T]) -> asyncio.Future[T]:
    waiting = asyncio.wrap_future(answer)
    # Whoever gave up waiting does not hear how it failed; asyncio would complain.
    waiting.add_done_callback(lambda done: done.cancelled() or done.exception())
    return waiting
