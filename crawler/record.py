"""What a run expected and what became of it, each address by name; the counts add up by construction.

Pure bookkeeping: no clock, no archive, no Scrapy. `extensions/run_record.py` fills it and writes it down.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from crawler.errors import CrawlerError
from crawler.exits import Exit
from storage.journal import Capture
from storage.tally import NEWS, STATES, News, State, judge, news_of

FOUND: tuple[State, ...] = ("captured", "unchanged", "resting")
"""What is in the archive as it now is, or as it was when last asked for."""
EXPLAINED: tuple[State, ...] = ("absent", "refused")
"""What the site does not have, or forbids, or what leads off it."""
NOT_ASKED = "the run ended before it was asked for"


@dataclass(slots=True)
class Task:
    """One address that the run set out to fetch."""

    url: str
    role: str
    title: str | None
    promised: bool
    """A list or page says that it is there; False for addresses that were made up or are unverified."""
    state: State | None = None
    reason: str = ""
    news: News = "new"
    """If it was captured."""

    def to_json(self) -> dict[str, str]:
        """The task by name, with its reason."""
        named = {"url": self.url, "role": self.role, "title": self.title, "reason": self.reason}
        return {name: value for name, value in named.items() if value}


@dataclass(slots=True)
class Record:
    """One run of one site."""

    tasks: dict[str, Task] = field(default_factory=dict)
    """By what is asked (`storage.journal.question`)."""
    requests: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Host -> status (or `error`) -> answers, robots.txt, redirects and repeats included."""
    bytes: int = 0
    read: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    unread: dict[str, dict[str, str]] = field(default_factory=dict)
    """Digest -> address and reason of a document that could not be read."""
    bugs: int = 0
    """Errors that nobody foresaw; their tracebacks are in the log."""
    published: dict[str, int] = field(default_factory=dict)
    foreseen: int = 0
    """Report pages that a dry run would have asked for."""
    gaps: dict[str, str] = field(default_factory=dict)
    """Address -> why, of lists that were not read to their end, or name nothing though the entry names them:
    what they hold besides, nobody knows."""
    lists: dict[str, tuple[str, int]] = field(default_factory=dict)
    """What was asked of each list that was read -> its family, and how many entries of reports it offered."""

    def expect(self, asked: str, role: str, title: str | None = None, *, promised: bool = True) -> bool:
        """Sets out to ask for that; False if the run already has."""
        if asked in self.tasks:
            return False
        self.tasks[asked] = Task(asked, role, title, promised)
        return True

    def settle(self, asked: str, state: State, reason: str = "") -> None:
        """What became of a question: the first word counts. What nobody expected (robots.txt) has none."""
        task = self.tasks.get(asked)
        if task is not None and task.state is None:
            task.state, task.reason = state, reason

    def settle_capture(self, capture: Capture, before: str | None = None) -> None:
        """What became of an address, as its capture tells; `before` is the digest of its last sound body."""
        task = self.tasks.get(capture.asked)
        state, reason = judge(capture)
        if state == "absent" and task is not None and task.promised:
            reason += ", though the site links to it"
        if task is not None:
            task.role = capture.role  # a column's page may turn out to be a report
            if task.state is None and state == "captured":
                task.news = news_of(capture, before)
        self.settle(capture.asked, state, reason)

    def left_unread(self, sha256: str, url: str, reason: str) -> None:
        """Notes a document that could not be read."""
        self.unread[sha256] = {"sha256": sha256, "url": url, "reason": reason}

    def no_answer(self, url: str, error: BaseException) -> None:
        """Counts a request that got no answer after all its repeats; what never went out does not count."""
        if not isinstance(error, CrawlerError):
            self.requests[urlsplit(url).netloc]["error"] += 1

    def count(self, state: State | None, role: str | None = None) -> int:
        """How many addresses are in that state (None: still under way), of that role if one is given."""
        return sum(t.state == state and role in (None, t.role) for t in self.tasks.values())

    @property
    def reports(self) -> int:
        """Report pages that are in the archive as they now are, or as they were when last asked for."""
        return sum(self.count(state, "report") for state in FOUND)

    def complete(self, ended: str) -> bool:
        """Whether everything expected was found or its lack is the site's own doing, and everything was read.

        An address that the site does not have, or forbids, or that leads off the site, is explained; what a
        list may have held that was not read to its end is not.
        """
        missing = self.count("failed") + self.count("blocked") + self.count(None) + self.bugs + len(self.gaps)
        found = self.reports + self.foreseen
        return ended == "finished" and not missing and not self.unread and found > 0

    def exit(self, ended: str) -> Exit:
        """The exit code that says it (docs/running.md)."""
        if self.bugs:
            return Exit.BUG
        if self.complete(ended):
            return Exit.OK
        fetched = sum(self.count(state) for state in FOUND)
        return Exit.INCOMPLETE if fetched or ended == "shutdown" else Exit.NETWORK

    def to_json(self, ended: str) -> dict[str, Any]:
        """The run record's part that is about fetching and reading."""
        for task in self.tasks.values():
            if task.state is None:
                task.state, task.reason = "failed", NOT_ASKED
        by_state = {state: [t for t in self.tasks.values() if t.state == state] for state in STATES}
        return {
            "ended": ended,
            "complete": self.complete(ended),
            "expected": len(self.tasks),
            "found": sum(len(by_state[state]) for state in FOUND),
            "explained": sum(len(by_state[state]) for state in EXPLAINED),
            "counts": {state: len(tasks) for state, tasks in by_state.items()},
            "reports": self.reports,
            "captured": [t.url for t in by_state["captured"]],
            **{news: [t.url for t in by_state["captured"] if t.news == news] for news in NEWS},
            "unchanged": [t.url for t in by_state["unchanged"]],
            "resting": [t.url for t in by_state["resting"]],
            **{s: [t.to_json() for t in by_state[s]] for s in ("absent", "failed", "refused", "blocked")},
            "gaps": [{"url": url, "reason": reason} for url, reason in self.gaps.items()],
            "lists": [
                {"url": url, "family": family, "reports": reports}
                for url, (family, reports) in self.lists.items()
            ],
            "requests": {host: dict(sorted(n.items())) for host, n in sorted(self.requests.items())},
            "bytes": self.bytes,
            "read": self.read,
            "unread": list(self.unread.values()),
            "findings": dict(sorted(self.findings.items())),
            "published": self.published,
            "bugs": self.bugs,
        }
