"""Copies an archive from one place to another: what is lacking there, each object read back and right.

Bodies first and then what refers to them, so that the copy is a true archive at every moment and a
copy that was killed goes on where it was. An object that carries its digest is held against it before
it is written and after; one that is not what its key says is named and not copied. Nothing that the
target alone has is lost. This module prints nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from storage.check import refuse_unfit
from storage.errors import ArchiveUnusable, Damaged, NotFound
from storage.identity import identify
from storage.keys import ARCHIVE_KEY, digest, place, raw_key
from storage.listing import KINDS, MOST_NAMED, Listing, in_the_archive, in_threads, merged, own_digest
from storage.seal import unsealed
from storage.store import Store, server
from storage.verified import Verified

THREADS = 8
"""Objects under way at once. Each may be in memory three times: as read, as sent, as read back."""

DONE = ("copied", "replaced", "present", "removed", "left")
"""What becomes of an object that is in order; docs/archive.md says what each means."""

FAULTS = ("damaged", "missing", "unreadable", "foreign")
"""What keeps an object of the source from being copied; docs/archive.md says what each means."""

Outcome = Literal[
    "copied", "replaced", "present", "removed", "left", "damaged", "missing", "unreadable", "foreign"
]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one object."""

    key: str
    outcome: Outcome
    size: int = 0
    """Bytes that were written."""


@dataclass(slots=True)
class Copied:
    """What a copy came to."""

    counts: Counter[str] = field(default_factory=Counter)
    """How many objects had each outcome."""
    size: int = 0
    """Bytes that were written."""
    faults: list[Done] = field(default_factory=list)
    """Objects that could not be copied, the first thousand."""
    ahead: set[str] = field(default_factory=set)
    """Sites of which the target has captures that the source lacks: their reports there are left alone."""

    @property
    def whole(self) -> bool:
        """Whether everything that the source lists is now in the target."""
        return not any(self.counts[fault] for fault in FAULTS)

    def to_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            **{outcome: self.counts[outcome] for outcome in (*DONE, *FAULTS)},
            "bytes": self.size,
            "faults": [{"key": one.key, "fault": one.outcome} for one in self.faults],
            "ahead": sorted(self.ahead),
        }


Step = Callable[[Done, int, int], None]
"""Told of each object, with how many of how many have been looked at."""


def copy(
    source: Store, target: Store, state: Path, *, threads: int = THREADS, dry: bool = False, step: Step
) -> Copied:
    """Makes `target` hold all that `source` holds. `state` is this machine's state folder of the target.

    What lies in the target and was read back by an earlier copy from this machine is not read again;
    the rest is. With `dry` nothing is written, and what seems to be there is taken for granted.

    Raises `ArchiveUnusable` where the source is no archive, or the target holds another one or was
    checked and found to lose or garble data.
    """
    refuse_unfit(target, state)
    _check_target(source, target, dry=dry)
    listing = Listing(source)
    verified = Verified(state / "copied.sqlite", " ".join((identify(source, create=False), server(target))))
    try:
        return _Copy(source, target, listing, verified, dry=dry).run(threads, step)
    finally:
        verified.close()
        listing.close()


def _check_target(source: Store, target: Store, *, dry: bool) -> None:
    """Refuses a target that is not the source's copy; a new one says first of all whose copy it is."""
    identity, described = identify(source, create=False), source.get(ARCHIVE_KEY)
    try:
        there = identify(target, create=False)
    except ArchiveUnusable:
        if target.exists(ARCHIVE_KEY):
            raise
        there = ""
        if any(_contents(target)):
            raise ArchiveUnusable(
                f"{target.url} holds other things and no {ARCHIVE_KEY}: choose an empty place for the copy."
            ) from None
    if there not in ("", identity) and any(_contents(target)):
        raise ArchiveUnusable(
            f"{target.url} is another archive than {source.url}: choose an empty place, or the one that "
            "holds its copy."
        )
    if not dry and (there != identity or target.get(ARCHIVE_KEY) != described):
        target.replace(ARCHIVE_KEY, described)


def _contents(store: Store) -> Iterator[str]:
    """What lies in a place beside what every new archive has."""
    return (key for key in store.list() if key != ARCHIVE_KEY and in_the_archive(key))


class _Copy:
    """One copy under way."""

    def __init__(
        self, source: Store, target: Store, listing: Listing, verified: Verified, *, dry: bool
    ) -> None:
        self._source, self._target = source, target
        self._listing = listing
        self._verified = verified
        self._dry = dry
        self._copied = Copied()
        self._looked_at = 0

    def run(self, threads: int, step: Step) -> Copied:
        """Copies kind by kind."""
        total = sum(self._listing.counts.values())
        for kind in KINDS:
            for done in in_threads(self._one, self._pairs(kind), threads):
                self._count(done)
                step(done, self._looked_at, total)
            self._verified.commit()
        for name in self._listing.foreign:
            self._copied.faults.append(Done(name, "foreign"))
        self._copied.counts["foreign"] = self._listing.foreign_count
        return self._copied

    def _count(self, done: Done) -> None:
        copied = self._copied
        copied.counts[done.outcome] += 1
        copied.size += done.size
        self._looked_at += done.outcome != "removed"
        if done.outcome in FAULTS and len(copied.faults) < MOST_NAMED:
            copied.faults.append(done)
        if not self._dry and done.outcome in ("copied", "replaced", "present") and own_digest(done.key):
            self._verified.add(done.key)

    def _pairs(self, kind: str) -> Iterator[tuple[str, bool, bool]]:
        """Each key of a kind, with whether source and target have it; what is settled is not among them."""
        pairs = merged(self._listing.keys(kind), self._target.list(f"{kind}/"))
        for key, here, there in pairs:
            if here:
                yield key, here, there
                continue
            found = place(key)
            if found is None or self._source.exists(key):
                continue  # foreign, or the stores sort by different rules, or new since the source was listed
            if kind == "captures" and found.site is not None:
                self._copied.ahead.add(found.site)
            elif kind == "reports" and found.site not in self._copied.ahead:
                yield key, here, there

    def _one(self, pair: tuple[str, bool, bool]) -> Done:
        key, here, there = pair
        found = place(key)
        try:
            if (expected := own_digest(key)) is not None:
                return self._immutable(key, expected, there=there)
            if found is not None and found.kind == "reports" and found.site in self._copied.ahead:
                return Done(key, "left")
            if here:
                return self._replaceable(key, there=there)
        except _Fault as fault:
            return Done(key, fault.outcome)
        if not self._dry:
            self._target.remove(key)
        return Done(key, "removed")

    def _immutable(self, key: str, expected: str, *, there: bool) -> Done:
        if there and (self._dry or key in self._verified or self._lies_right(key, expected)):
            return Done(key, "present")
        if self._dry:
            return Done(key, "copied")
        data = self._read(key)
        if digest(data) != expected:
            raise _Fault("damaged")
        if there:  # what lies there is not what its key says
            self._target.replace(key, data)
            return Done(key, "replaced", len(data))
        try:
            self._target.put(key, data)
        except Damaged:  # it came between listing and putting, or was there unlisted
            self._target.replace(key, data)
        return Done(key, "copied", len(data))

    def _replaceable(self, key: str, *, there: bool) -> Done:
        data = self._read(key)
        try:
            document, _ = unsealed(key, data)
        except Damaged:
            raise _Fault("damaged") from None
        if there:
            with suppress(NotFound):
                if self._target.get(key) == data:
                    return Done(key, "present")
        if self._dry:
            return Done(key, "replaced" if there else "copied")
        if key.startswith("reports/"):
            self._bodies_of(document)
        self._target.replace(key, data)
        return Done(key, "replaced" if there else "copied", len(data))

    def _bodies_of(self, report: Any) -> None:
        """Has the bodies that a report names in the target: it may be newer than the listing of bodies."""
        sources = report.get("sources") if isinstance(report, dict) else None
        for source in sources if isinstance(sources, list) else ():
            sha256 = source.get("sha256") if isinstance(source, dict) else None
            if not isinstance(sha256, str) or (body := place(f"raw/{sha256[:2]}/{sha256}")) is None:
                continue
            assert body.digest is not None
            if not self._target.exists(raw_key(sha256)):
                with suppress(_Fault):  # listed bodies have had their turn, and their fault is named
                    self._immutable(raw_key(sha256), sha256, there=False)

    def _lies_right(self, key: str, expected: str) -> bool:
        try:
            return digest(self._target.get(key)) == expected
        except NotFound:
            return False

    def _read(self, key: str) -> bytes:
        try:
            return self._source.get(key)
        except NotFound:
            raise _Fault("missing") from None
        except ArchiveUnusable:
            # One bad sector must not keep a million sound objects from being saved from that disk.
            if not self._source.local:
                raise
            raise _Fault("unreadable") from None


class _Fault(Exception):
    """Raised when an object of the source cannot be copied."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome
