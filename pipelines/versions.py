"""Which bodies stood at which address when, and what the site's lists said of them.

Captures in, versions out. This module must not open bodies or decide what they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from itertools import product

from pipelines.report.documents import Hints
from storage.documents import Documents
from storage.errors import StorageError
from storage.journal import Capture

UNFIT = {
    "truncated": "the transfer broke off",
    "too-large": "larger than the crawl takes",
    "blocked": "the site refused and sent a page saying so",
    "soft-404": "an error page sent as if it were sound",
    "login": "a login page in the page's place",
}
"""Flags of captures whose bodies are kept but never read as a version of a document."""

KEPT = 2000
"""Addresses whose versions are kept in memory; others are looked up again."""


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
    """The first word counts, later ones only add: a list that words it anew moves no report."""
    said: list[dict[str, str | int]] = field(default_factory=list)
    """Every different thing that a list entry said of it, the oldest first."""
    media_type: str | None = None

    def ever_said(self, *names: str) -> Iterator[dict[str, str | int]]:
        """What may have been known of these hints at some time, whichever captures were known then."""
        for values in product(*({words.get(name) for words in self.said} for name in names)):
            yield {name: value for name, value in zip(names, values, strict=True) if value is not None}

    @property
    def place(self) -> tuple[str, str]:
        """What tells it from all others."""
        return self.sha256, self.url


class Versions:
    """The versions at each of a site's addresses, as of now. Those that are not asked for cost nothing."""

    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        self.at = lru_cache(KEPT)(self._at)
        """The versions at an address, oldest first."""

    def all(self) -> Iterator[Version]:
        """Every version of the site, in order of the addresses."""
        for url in self.documents.addresses():
            yield from self.at(url)

    def find(self, url: str, sha256: str) -> Version:
        """That body at that address, where it is known to have stood."""
        for version in self.at(url):
            if version.sha256 == sha256:
                return version
        raise StorageError(f"{sha256} at {url} has gone from the ledger, which was made anew; start again")

    def of(self, sha256: str) -> Iterator[Version]:
        """The versions with that body, in order of the addresses."""
        for url in self.documents.addresses_of(sha256):
            yield from (version for version in self.at(url) if version.sha256 == sha256)

    def headers(self, sha256: str) -> tuple[tuple[str, str], ...]:
        """The headers that came with the body at first: they say how it is encoded."""
        return next((version.headers for version in self.of(sha256) if version.headers is not None), ())

    def _at(self, url: str) -> tuple[Version, ...]:
        return tuple(_versions(self.documents.at(url)))


def _versions(captures: Iterable[Capture]) -> Iterable[Version]:
    """The bodies of one address, oldest first."""
    versions: dict[str, Version] = {}
    for capture in captures:
        if capture.sha256 is None:
            continue
        unfit = next((flag for flag in capture.flags if flag in UNFIT), None)
        version = versions.get(capture.sha256)
        if version is None:
            version = Version(capture.url, capture.sha256, capture.received, unfit=unfit)
            versions[capture.sha256] = version
        else:
            version.unfit = version.unfit and unfit
        version.seen.append(capture.received)
        version.hints = capture.hints | version.hints
        if capture.hints not in version.said:
            version.said.append(capture.hints)
        if capture.status == 200 and version.headers is None:
            version.headers, version.media_type = capture.headers, capture.media_type
        if version.unfit is None:
            version.superseded = None
            for other in versions.values():
                if other is not version and other.superseded is None:
                    other.superseded = capture.received
    return versions.values()


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
