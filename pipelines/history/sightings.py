"""What the captures and run records of a site say of each address, one stay after the other.

A pure fold over journal and run records: no clock, no bodies. What says nothing of a page (a block, a
server's error, a transfer that broke off) is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import parse_qsl

from pipelines.addresses import canonical
from storage.archive import Archive
from storage.journal import Capture

State = Literal["there", "gone", "unnamed"]

LOGIN = "a login page stands in its place"
NO_PAGE = "a page that says that it does not exist stands in its place"
UNNAMED = "no list or page of the site names it any more"
_DOCUMENTS = ("report", "attachment")
_STATES = ("captured", "unchanged", "resting", "absent", "failed", "refused", "blocked")
_short = lru_cache(maxsize=200_000)(canonical)
"""The same addresses come again in each run."""
_TOKEN = 16
"""Letters and figures that no name of a page has, and a session's identifier does."""
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Stay:
    """An address in one state, from the first sighting of it to the last one without another between."""

    state: State
    first: datetime
    last: datetime
    run: str
    """That saw it first."""
    runs: int = 1
    """How many runs saw it so."""
    sha256: str | None = None
    final: str = ""
    """The address that answered."""
    headers: tuple[tuple[str, str], ...] = ()
    """How the body is coded: its Content-Encoding headers."""
    reason: str = ""
    """Why nothing is there."""
    newest: str = ""
    """The run that saw it last, where that is another."""

    def like(self, other: Stay) -> bool:
        """Whether the other sighting found the same."""
        if (self.state, self.sha256) != (other.state, other.sha256):
            return False
        return self.final == other.final or same_place(self.final, other.final)

    def extend(self, other: Stay) -> None:
        """Takes a later sighting of the same in."""
        self.runs += other.run != (self.newest or self.run)
        self.newest, self.last = other.run, other.last


@dataclass(slots=True)
class Address:
    """One address of a document, with all that became of it."""

    url: str
    role: str
    hints: dict[str, str | int] = field(default_factory=dict)
    """The first word of its lists counts, later ones only add."""
    stays: list[Stay] = field(default_factory=list)
    """Oldest first; two that follow each other differ."""

    def see(self, found: Stay) -> None:
        """Takes the next sighting."""
        last = self.stays[-1] if self.stays else None
        if last is not None and (last.like(found) or (found.state, last.state) == ("unnamed", "gone")):
            last.extend(found)  # what is gone is not gone once more where nothing names it
        else:
            self.stays.append(found)

    @property
    def current(self) -> Stay:
        """What is known of it now."""
        return self.stays[-1]

    def body_at(self, moment: datetime) -> Stay | None:
        """What stood there then, or last before, if anything ever did."""
        return next((s for s in reversed(self.stays) if s.state == "there" and s.first <= moment), None)


def same_place(one: str, other: str) -> bool:
    """Whether two addresses that answered are one, but for what only tells visits apart: a ticket, a
    session's identifier, in whatever parameter."""
    short, also = _short(one), _short(other)
    if short == also:
        return True
    (rest, _, query), (place, _, words) = short.partition("?"), also.partition("?")
    if rest != place:
        return False
    pairs, others = (parse_qsl(text, keep_blank_values=True) for text in (query, words))
    return [name for name, _ in pairs] == [name for name, _ in others] and all(
        old == new or (_is_token(old) and _is_token(new))
        for (_, old), (_, new) in zip(pairs, others, strict=True)
    )


def _is_token(value: str) -> bool:
    return len(value) >= _TOKEN and any(c.isdigit() for c in value) and any(c.isalpha() for c in value)


def addresses(archive: Archive, site: str) -> dict[str, Address]:
    """Every address at which a document was ever found or looked for, with its stays."""
    found: dict[str, Address] = {}
    crawls: set[str] = set()
    records = archive.runs(site)
    record = next(records, None)
    for capture in archive.captures(site):
        # The record leaves out the fraction of its second.
        while record is not None and _ended(record) + timedelta(seconds=1) < capture.received:
            _close(record, found, crawls)
            record = next(records, None)
        if capture.role == "list":
            crawls.add(capture.run)
        if capture.role in _DOCUMENTS and (stay := _stay(capture)) is not None:
            address = found.setdefault(capture.url, Address(capture.url, capture.role))
            address.hints = capture.hints | address.hints
            address.see(stay)
    while record is not None:
        _close(record, found, crawls)
        record = next(records, None)
    return found


def _stay(capture: Capture) -> Stay | None:
    """What an exchange says of the address; None where it says nothing."""
    moment, final = capture.received, capture.final_url
    if capture.sound:
        coded = tuple(pair for pair in capture.headers if pair[0].lower() == "content-encoding")
        return Stay("there", moment, moment, capture.run, sha256=capture.sha256, final=final, headers=coded)
    if {"blocked", "truncated", "too-large"}.intersection(capture.flags):
        return None
    if capture.status in (404, 410):
        reason = f"the server answers {capture.status}"
    elif "soft-404" in capture.flags:
        reason = NO_PAGE
    elif "login" in capture.flags:
        reason = LOGIN
    else:
        return None
    return Stay("gone", moment, moment, capture.run, reason=reason)


def _close(record: Mapping[str, Any], found: Mapping[str, Address], crawls: set[str]) -> None:
    """What a whole and complete run says of the addresses that it was led to, and of those it was not.

    A run that looked for some years only says nothing of the others: a record that does not say which
    (older ones don't) counts for the years that it named something of.
    """
    run, begun, ended = str(record.get("run")), _moment(record.get("started")), _ended(record)
    if not record.get("complete") or run not in crawls or begun is None or record.get("years"):
        return
    named = {_short(url) for url in _named(record)}
    years = {a.hints.get("year") for a in found.values() if a.role == "report" and _short(a.url) in named}
    for address in found.values():
        current = address.current
        if _short(address.url) in named:
            if current.state == "unnamed" and (before := address.body_at(ended)) is not None:
                address.see(replace(before, first=ended, last=ended, run=run, runs=1))
        elif not address.hints.get("parent") or address.stays[0].first >= begun or current.last >= begun:
            continue  # what no page led to (an address that was made up) no page can stop naming
        elif "years" in record or address.hints.get("year") in years - {None}:
            address.see(Stay("unnamed", ended, ended, run, reason=UNNAMED))


def _named(record: Mapping[str, Any]) -> Iterator[str]:
    """The addresses that a run was led to."""
    for state in _STATES:
        for one in record.get(state) or ():
            yield (one if isinstance(one, str) else str(one.get("url"))).partition(" ")[0]


def _ended(record: Mapping[str, Any]) -> datetime:
    """When a run stopped, as its record says; one that does not say so is over before all others."""
    return _moment(record.get("stopped")) or _LONG_AGO


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        return None
