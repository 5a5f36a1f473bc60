"""Which bodies stood at which address when, and what the site's lists said of them.

Pure: captures in, versions out. This module must not open bodies or decide what they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from pipelines.report.documents import Hints
from storage.journal import Capture

UNFIT = {
    "truncated": "the transfer broke off",
    "too-large": "larger than the crawl takes",
    "blocked": "the site refused and sent a page saying so",
    "soft-404": "an error page sent as if it were sound",
    "login": "a login page in the page's place",
}
"""Flags of captures whose bodies are kept but never read as a version of a document."""


@dataclass(slots=True)
class Version:
    """One body at one address: when it was there, and what the list entries said of it."""

    url: str
    sha256: str
    first: datetime
    seen: list[datetime] = field(default_factory=list)
    """Every moment at which it was found there, confirmations (304) among them."""
    headers: tuple[tuple[str, str], ...] | None = None
    superseded: datetime | None = None
    """Since when the address holds other bytes; None while it is current."""
    unfit: str | None = None
    """The flag of `UNFIT` that all its captures have, if they do."""
    hints: dict[str, str | int] = field(default_factory=dict)
    media_type: str | None = None

    @property
    def place(self) -> tuple[str, str]:
        """What tells it from all others."""
        return self.sha256, self.url


def versions_of(captures: Iterable[Capture]) -> tuple[dict[str, list[Version]], bool]:
    """Every address's bodies, oldest first, and whether a body's hints grew after it was first captured."""
    found: dict[str, dict[str, Version]] = {}
    gained = False
    for capture in captures:
        if capture.sha256 is None:
            continue
        unfit = next((flag for flag in capture.flags if flag in UNFIT), None)
        versions = found.setdefault(capture.url, {})
        version = versions.get(capture.sha256)
        if version is None:
            version = Version(capture.url, capture.sha256, capture.received, unfit=unfit)
            versions[capture.sha256] = version
        else:
            # The first word counts, later ones only add: a list that words it anew moves no report.
            gained = gained or not capture.hints.keys() <= version.hints.keys()
            version.unfit = version.unfit and unfit
        version.seen.append(capture.received)
        version.hints = capture.hints | version.hints
        if capture.status == 200 and version.headers is None:
            version.headers, version.media_type = capture.headers, capture.media_type
        if version.unfit is None:
            version.superseded = None
            for other in versions.values():
                if other is not version and other.superseded is None:
                    other.superseded = capture.received
    return {url: list(versions.values()) for url, versions in found.items()}, gained


def hints_of(words: Mapping[str, str | int]) -> Hints:
    """A capture's hints as the reader takes them; a word that makes no sense counts as unsaid."""
    year, published = words.get("year"), words.get("published")
    return Hints(
        title=_text(words.get("title")),
        organization=_text(words.get("organization")),
        year=year if isinstance(year, int) else None,
        published=_date(published),
    )


def _text(word: str | int | None) -> str | None:
    return word if isinstance(word, str) and word else None


def _date(word: str | int | None) -> date | None:
    try:
        return datetime.fromisoformat(str(word)).date() if word else None
    except ValueError:
        return None
