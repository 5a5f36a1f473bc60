"""An archive: bodies, the journal of captures, readings, published reports and run records.

This is what the rest of Gongkai uses. The archive in the store is the only truth; the state folder
on this machine holds the spool of runs under way and the ledger, a cache. Order of writes: spool
(fsynced), raw body (read back), journal segment (read back), run record, spool entry removed; so
nothing refers to what is not durable, and a crash leaves a true archive that lacks at most what
`recover` replays.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from storage.journal import Capture
from storage.run import Run
from storage.store import Store


class Archive:
    """One archive, opened by this process. Safe to use from several threads."""

    store: Store
    url: str

    @classmethod
    def open(cls, url: str, *, state: Path | None = None, create: bool = True) -> Archive:
        """The archive at `url` ("./archive", "s3://bucket/prefix"), made if it is not there and `create` allows it.

        `state` is the folder for spool and ledger; without it ``$GONGKAI_STATE``, else the platform's state
        folder; inside it each archive has a folder of its own, named by a digest of its address.

        Raises `ArchiveUnusable` with a sentence that says what to do: bucket missing, access refused,
        unreachable, read-only, not an archive, written by a newer version.
        """
        raise NotImplementedError

    def recover(self) -> int:
        """Bring what dead runs left in the spool into the archive and write their run records ("ended": "crashed").

        Returns the number of captures saved. Runs of living processes are left alone. `start_run` does this for
        its own site.
        """
        raise NotImplementedError

    def start_run(self, site: str, now: datetime) -> Run:
        """Begin a run of `site`; raises `SiteBusy` while another run of it lives on this machine.

        The site is marked dirty, durably, before anything is captured.
        """
        raise NotImplementedError

    def body(self, sha256: str) -> bytes:
        """The body with this digest, hashed again; raises `NotFound` or `Damaged`."""
        raise NotImplementedError

    def has_body(self, sha256: str) -> bool:
        """Whether a body with this digest is stored. Does not read it."""
        raise NotImplementedError

    def latest(self, site: str, url: str) -> Capture | None:
        """The newest committed capture of that address that a conditional request may build on: status 200 or
        304, with a body's digest, none of the flags truncated, blocked, soft-404, too-large. None: never seen whole."""
        raise NotImplementedError

    def documents(self, site: str) -> Iterator[Capture]:
        """Every committed capture with role report or attachment, status 200 or 304 and a body's digest, oldest first.

        Flags are the caller's to judge: truncated and soft-404 captures are among them.
        """
        raise NotImplementedError

    def captures(self, site: str, run: str | None = None) -> Iterator[Capture]:
        """Every committed capture of the site, or of one run, oldest first."""
        raise NotImplementedError

    def parse(self, version: str, sha256: str) -> dict[str, Any] | None:
        """What this version of the parser read from that body, if it is stored; a damaged one counts as none."""
        raise NotImplementedError

    def put_parse(self, version: str, sha256: str, parse: dict[str, Any]) -> None:
        """Store a reading, in place of a different one for the same version and body."""
        raise NotImplementedError

    def put_report(self, site: str, year: int, organization: str, report: dict[str, Any]) -> bool:
        """Publish a report; True if its bytes are new or changed, False if nothing needed writing."""
        raise NotImplementedError

    def remove_report(self, site: str, year: int, organization: str) -> bool:
        """Take a published report away that its captures no longer support; True if there was one."""
        raise NotImplementedError

    def reports(self, site: str, year: int | None = None) -> Iterator[dict[str, Any]]:
        """The published reports of a site, in order of their keys (year, then pinyin)."""
        raise NotImplementedError

    def dirty(self, site: str) -> int:
        """0 if everything captured has been published, else a number that grows with each new run or capture."""
        raise NotImplementedError

    def mark_clean(self, site: str, generation: int | None = None) -> None:
        """Everything captured has been published. With the `generation` that `dirty` gave before publishing,
        a site that got new captures meanwhile stays dirty."""
        raise NotImplementedError

    def runs(self, site: str) -> Iterator[dict[str, Any]]:
        """The run records of a site, oldest first."""
        raise NotImplementedError

    def follow(self, site: str) -> int:
        """Index journal segments and run records that others wrote since; returns the number of new captures.

        Done once by itself before the first question about a site.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Let go of locks and connections. Runs that were not finished are left to `recover`."""
        raise NotImplementedError

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
