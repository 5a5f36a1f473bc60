"""An archive: bodies, the journal of captures, readings, published reports and run records.

This is what the rest of Gongkai uses. The archive in the store is the only truth; the state folder
on this machine holds the spool of runs under way and the ledger, a cache. Order of writes: spool
(fsynced), raw body (read back), journal segment (read back), run record, spool entry removed; so
nothing refers to what is not durable, and a crash leaves a true archive that lacks at most what
`recover` replays.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import platformdirs

from storage.alerts import alert_records, put_alerts
from storage.bodies import Bodies
from storage.check import refuse_unfit
from storage.documents import Documents
from storage.errors import ArchiveUnusable, Damaged, NotFound, SiteBusy, StorageError
from storage.fetching import fetched
from storage.identity import identify
from storage.index import Index
from storage.journal import Capture, json_document
from storage.keys import (
    ARCHIVE_KEY,
    check_site,
    digest,
    new_run,
    parse_key,
    place,
    report_key,
    reports_prefix,
)
from storage.leases import MARGIN, SECONDS, Holder, Lease, Taken
from storage.ledger import Ledger
from storage.leftovers import Spooled, lock_site, waiting
from storage.recovery import Recovery
from storage.room import Room
from storage.run import Run
from storage.seal import sealed, unsealed
from storage.spool import Spool
from storage.store import Store, address, open_store, replace

_logger = logging.getLogger(__name__)
_LOCK_PATIENCE = 2.0
"""Seconds for which a run waits for its site: somebody may just be bringing in what a dead run left."""


@dataclass(slots=True)
class Recovered:
    """What `Archive.recover` did."""

    captures: dict[str, int] = field(default_factory=dict)
    """By site that dead runs had left something of: how many captures the archive had lacked."""
    busy: list[str] = field(default_factory=list)
    """Sites left alone because a process of this machine is at them."""

    @property
    def total(self) -> int:
        """Captures brought in, of all sites."""
        return sum(self.captures.values())


class Archive:
    """One archive, opened by this process. Safe to use from several threads."""

    def __init__(self, store: Store, identity: str, state: Path) -> None:
        """Use `Archive.open`."""
        self.store = store
        self.url = store.url
        self.identity = identity
        self._state = state
        self._ledger = Ledger(state / "ledger.sqlite", identity)
        self._bodies = Bodies(store, self._ledger)
        self._index = Index(store, self._ledger)
        self._room = Room(state / "spool")
        self._runs: dict[str, Run] = {}

    @classmethod
    def open(cls, url: str, *, state: Path | None = None, create: bool = True) -> Archive:
        """The archive at `url` ("./archive", "s3://bucket/prefix"), made if missing and `create` allows it.

        `state` is the folder for spool and ledger; without it ``$GONGKAI_STATE``, else the platform's
        state folder; inside it each archive has a folder of its own (`state_folder`).

        Raises `ArchiveUnusable` with a sentence that says what to do: bucket missing, access refused,
        unreachable, read-only, not an archive, written by a newer version.
        """
        store = open_store(url, create=create)
        identity = identify(store, create)
        return cls(store, identity, state_folder(url, state))

    def close(self) -> None:
        """Let go of locks and connections. Runs that were not finished are left to `recover`."""
        for run in list(self._runs.values()):
            run.abandon()
        self._ledger.close()
        self.store.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------------ runs

    def start_run(self, site: str, now: datetime, *, unless: Callable[[], None] | None = None) -> Run:
        """Begin a run of `site`; raises `SiteBusy` while another run of it lives, on whatever machine.

        (It waits two seconds for whoever brings in what a dead run left.) A machine that died, or lost its
        store, is thought to live for six minutes more by the others.
        What dead runs of the site left is recovered first. Then, while nobody else can be at the site,
        `unless` is called, which may raise: no run is begun then. The site is marked dirty, durably, before
        anything is captured. Raises `ArchiveUnusable` if the archive cannot be written to, or its store
        was checked and found to lose or garble data.
        """
        run = new_run(now)
        with ExitStack() as holding:
            holding.callback(lock_site(self._state, site, self.url, _LOCK_PATIENCE).release)
            refuse_unfit(self.store, self._state)
            self._check_writable()
            self._recover_patiently(site, now)
            lease = self._take(site, run)
            holding.callback(lease.release)
            if unless is not None:
                unless()
            self._index.ask(site, lambda ledger: ledger.make_dirty(site))
            spool = Spool(self._spools / site / run)
            holding.callback(self._runs.pop, run, None)
            free = holding.pop_all().close
        self._runs[run] = Run(
            site, run, self.store, self._bodies, self._index, spool, self._room, free, lease
        )
        return self._runs[run]

    def recover(self, now: datetime | None = None, *, site: str | None = None) -> Recovered:
        """Bring what dead runs left in the spool into the archive and write their run records.

        Of one site, or of all; `start_run` does it for its own site. Runs of living processes are left alone.
        The records say "recovered": `now`, and "ended": "crashed" unless the run left its record. Raises
        `ArchiveUnusable` where the store fails: nothing is lost, the next recovery goes on.
        """
        done = Recovered()
        failure: StorageError | None = None
        for folder in sorted(self._spools.glob("*" if site is None else check_site(site))):
            try:
                lock = lock_site(self._state, folder.name, self.url)
            except SiteBusy:
                done.busy.append(folder.name)
                continue
            try:
                if any(folder.iterdir()):
                    done.captures[folder.name] = self._recover_site(folder.name, now or datetime.now(UTC))
            except StorageError as error:
                identify(self.store, create=False)  # raises where it is not this site's fault
                failure = failure or error
            finally:
                lock.release()
        if failure is not None:
            raise failure
        return done

    def spooled(self) -> list[Spooled]:
        """What waits on this machine; see the function of this name."""
        return waiting(self._state)

    def runs(self, site: str) -> Iterator[dict[str, Any]]:
        """The run records of a site, oldest first."""
        return self._index.runs(site)

    def sites(self) -> list[str]:
        """The sites that the archive has captures of, sorted."""
        places = (place(key) for key in self.store.list("captures/"))
        return sorted({where.site for where in places if where is not None and where.site is not None})

    @contextmanager
    def held(self, site: str) -> Iterator[None]:
        """While this lasts no run of the site begins on this machine.

        Raises `SiteBusy` where one is under way.
        """
        lock = lock_site(self._state, site, self.url)
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def lease(self, name: str, what: str = "") -> Iterator[Lease]:
        """While this lasts no other process is at the job `name` ("_watch"), on whatever machine.

        `what` is said to whoever is kept out. Raises `SiteBusy` where another is at it, and `ArchiveUnusable`
        where the store fails; if it fails later the lease runs out, and says so.
        """
        with ExitStack() as holding:
            holding.callback(lock_site(self._state, name, self.url).release)
            lease = self._take(name, what)
            holding.callback(lease.release)
            yield lease

    def _take(self, name: str, what: str) -> Lease:
        try:
            return Lease.take(self.store, name, Holder.here(self._state, what))
        except Taken as taken:
            raise SiteBusy(
                f"Another machine is at {name} in {self.url}: {taken}. Wait until it ends; one that died "
                f"gives way {(SECONDS + MARGIN) / 60:.0f} minutes after its last sign."
            ) from taken

    # ------------------------------------------------------------------ bodies and captures

    def body(self, sha256: str) -> bytes:
        """The body with this digest, hashed again; raises `NotFound` or `Damaged`."""
        return self._bodies.get(sha256)

    def has_body(self, sha256: str) -> bool:
        """Whether a body with this digest is stored. Does not read it."""
        return self._bodies.has(sha256)

    def latest(self, site: str, asked: str) -> Capture | None:
        """The newest committed sound answer to that question: what a conditional request may build on.

        `asked` is an address, or of a POST what `Capture.asked` says. Sound is: status 200 or 304, with a
        body's digest, none of the flags truncated, blocked, soft-404, too-large, login. None: there is none.
        """
        return self._index.ask(site, lambda ledger: ledger.latest(site, asked))

    def last(self, site: str, asked: str) -> Capture | None:
        """The newest committed answer to that question, sound or not."""
        return self._index.ask(site, lambda ledger: ledger.latest(site, asked, sound=False))

    def documents(self, site: str) -> Documents:
        """The committed captures of the site's reports and attachments, iterated from the oldest on."""
        return Documents(self._index, site)

    def captures(self, site: str, run: str | None = None) -> Iterator[Capture]:
        """Every committed capture of the site, or of one run, oldest first."""
        return self._index.captures(site, run=run)

    # ------------------------------------------------------------------ readings and reports

    def parse(self, version: str, sha256: str) -> dict[str, Any] | None:
        """What this version of the parser read from that body; None if it is not stored, or damaged."""
        key = parse_key(version, sha256)
        with suppress(NotFound, Damaged):
            return unsealed(key, self.store.get(key))[0]
        return None

    def put_parse(self, version: str, sha256: str, parse: dict[str, Any]) -> None:
        """Store a reading, in place of a different one for the same version and body."""
        key = parse_key(version, sha256)
        data = sealed(key, parse)
        try:
            self.store.put(key, data)
        except Damaged:
            replace(self.store, key, data)

    def put_report(self, site: str, year: int, organization: str, report: dict[str, Any]) -> bool:
        """Publish a report; True if its bytes are new or changed, False if nothing needed writing."""
        key, data = report_key(site, year, organization), json_document(report)
        with suppress(NotFound):
            if self.store.get(key) == data:
                return False
        replace(self.store, key, data)
        return True

    def remove_report(self, site: str, year: int, organization: str) -> bool:
        """Take a published report away that its captures no longer support; True if there was one."""
        key = report_key(site, year, organization)
        there = self.store.exists(key)
        if there:
            self.store.remove(key)
        return there

    def reports(self, site: str, year: int | None = None) -> Iterator[dict[str, Any]]:
        """The published reports of a site, in order of their keys (year, then pinyin); raises `Damaged`."""
        listed = self.store.list(reports_prefix(site, year))
        keys = (key for key in listed if place(key) is not None)  # `gongkai verify` names what is foreign
        for key, data in fetched(self.store, keys, bytes):
            if isinstance(data, ArchiveUnusable):
                raise data
            if data is None:
                continue  # taken away since it was listed
            try:
                yield json.loads(data)
            except ValueError as error:
                raise Damaged(f"{key} in {self.url} is not JSON: publish it again.") from error

    # ------------------------------------------------------------------ alerts

    def put_alerts(self, record: dict[str, Any], now: datetime) -> str:
        """Keep what a watch noted of alerts, for ever; returns its key.

        To `record` come schema, watch (a name), noted (`now`) and previous (digests of the records before).
        """
        return put_alerts(self.store, record, now)

    def alert_records(self, since: datetime | None = None) -> Iterator[dict[str, Any]]:
        """What watches noted at or after `since`, oldest first; what is damaged is passed over and said."""
        return alert_records(self.store, since)

    # ------------------------------------------------------------------ what is published

    def dirty(self, site: str) -> int:
        """0 if everything captured has been published, else a number that grows with each run or segment."""
        return self._index.ask(site, lambda ledger: ledger.generation(site))

    def corrected_by(self, site: str) -> str:
        """The digest of the corrections that the site was last published with; "" where there were none."""
        return self._index.ask(site, lambda ledger: ledger.corrections(site))

    def mark_clean(self, site: str, generation: int | None = None, corrections: str = "") -> None:
        """Everything captured has been published, with the corrections of that digest.

        With the `generation` that `dirty` gave before publishing, a site that got new captures meanwhile
        stays dirty.
        """
        self._index.ask(site, lambda ledger: ledger.mark_clean(site, generation, corrections))

    def forget(self, site: str) -> None:
        """Index the site's journal anew from its beginning. It is dirty then."""
        self._index.forget(site)

    def follow(self, site: str) -> int:
        """Index journal segments and run records that others wrote; returns the number of new captures.

        Done once by itself before the first question about a site.
        """
        return self._index.follow(site)

    # ------------------------------------------------------------------ this machine

    def _check_writable(self) -> None:
        """Says now, and not after the first page was fetched, that the archive is read-only or full."""
        identify(self.store, create=False)
        found, again = (self.store.get(ARCHIVE_KEY) for _ in range(2))
        # Stores that take no conditions write what they are given: it must not be what a wire made of it.
        if found != again:
            raise ArchiveUnusable(f"{ARCHIVE_KEY} in {self.url} reads differently each time: start again.")
        self.store.put(ARCHIVE_KEY, found)

    @property
    def _spools(self) -> Path:
        return self._state / "spool"

    def _recover_patiently(self, site: str, now: datetime) -> None:
        """Bring in what dead runs of the site left; what the store refuses stays, and stops no other run."""
        try:
            self._recover_site(site, now)
        except ArchiveUnusable as error:
            identify(self.store, create=False)  # raises where the store is away
            _logger.warning("%s", error)

    def _recover_site(self, site: str, now: datetime) -> int:
        folders = sorted(folder for folder in (self._spools / site).glob("*") if folder.is_dir())
        return sum(
            Recovery(self.store, self._bodies, self._index, site, folder).recover(now) for folder in folders
        )


def spooled(url: str, *, state: Path | None = None) -> list[Spooled]:
    """What waits on this machine to be brought into the archive at `url`, by site and run.

    Asks the store for nothing: it may be away.
    """
    return waiting(state_folder(url, state))


def state_folder(url: str, state: Path | None = None) -> Path:
    """Where this machine keeps spool and ledger of the archive at `url`: in `state`, or the usual place."""
    if state is None:
        state = Path(os.environ.get("GONGKAI_STATE") or platformdirs.user_state_path("gongkai"))
    return state.absolute() / digest(address(url).encode())[:16]
