"""Asking a site one thing at a time: what a plan wants next, and what came of it.

A plan (`plan.py`, `check.py`) decides and fetches nothing; the spider (`spiders/probe.py`) fetches and
decides nothing. This is what they say to each other. Values only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:  # annotations only: the plans are pure
    from scrapy.http import TextResponse

    from crawler.cms import ListPage

State = Literal["page", "document", "absent", "forbidden", "blocked", "unreachable", "spent"]
"""`absent`: 404, in words or by a redirect home. `forbidden`: by robots.txt, or a host that is off limits.
`unreachable`: no answer, an error of the server, robots.txt that cannot be had. `spent`: the budget was."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking for one address."""

    url: str
    """Where redirects ended."""
    state: State
    page: TextResponse | None = None
    """Only where the state is `page`."""
    why: str = ""
    """Where it is not: in words, one clause."""


class Plan(Protocol):
    """What a site is asked. It ends when `next` has nothing more to ask for."""

    hosts: tuple[str, ...]
    """Hosts that may be asked besides those under `.gov.cn`."""
    budget: int
    """Requests that may go out at most, robots.txt, redirects and repeats included."""
    requests: int
    """Requests that have gone out; the spider counts them here."""

    def next(self) -> ListPage | None:
        """What to ask for now; None at the end."""

    def answered(self, asked: ListPage, answer: Answer) -> None:
        """Takes note of what came of it."""
