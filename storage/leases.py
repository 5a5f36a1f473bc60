"""Leases: which machine is at a site, or at another job, of an archive that several machines share.

A claim is an object of its own, ``leases/<name>/<claim>.json``, that only its owner writes. To take a
lease one puts a claim, and then lists them all: of two that do so at once, one at least sees the other.
Whoever sees no other live claim holds the lease; whoever sees one that is held takes its own away; of
those that only ask, the first by name waits for the others to go, and the others go and ask again. That
is safe on every store whose listings show what was put, and needs no conditional writes.

No machine's clock is believed: a claim is dead when the store's own clock says that it was put so long
before one's own, and its owner, by a clock that nobody sets, ceases to rely on it earlier. So an owner
that was killed, suspended or cut off from its store loses it without doing harm. Who takes a lease here
holds the lock of the same name on this machine; claims of this machine are therefore dead ones' claims.

A lease keeps crawls polite. Nothing in the archive rests on it.
"""

from __future__ import annotations

import json
import logging
import os
import platform
import random
import re
import secrets
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock

from storage.disk import disk_errors, make_folder, sync_folder
from storage.errors import ArchiveUnusable, NotFound, StorageError
from storage.journal import json_document
from storage.keys import lease_key, leases_prefix
from storage.store import Store

_logger = logging.getLogger(__name__)

SCHEMA = "gongkai.lease/1"
SECONDS = 300.0
"""How long an owner relies on a claim after it began to put it."""
MARGIN = 60.0
"""Seconds more after which others take it for dead: clocks run unevenly, and stores' times are rounded."""
RENEW = 60.0
"""Seconds after which an owner puts its claim again."""
PATIENCE = 10.0
"""Seconds for which one waits for others that only ask, too."""
_STALLED = 5.0
"""Seconds for which a release waits for the store; a claim that stays dies by itself."""
_NAME = re.compile(r"[0-9a-f]{32}")
_REMEDY = "set GONGKAI_STATE to another folder"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who claims."""

    machine: str
    """Of the state folder: machines that share an archive have different ones."""
    host: str
    pid: int
    what: str
    """A run's name, or what else it is for."""

    @classmethod
    def here(cls, state: Path, what: str) -> Holder:
        """This process. Writes the machine's name into the state folder where there is none yet."""
        return cls(_machine(state), platform.node(), os.getpid(), what)

    def is_neighbour(self, other: Holder) -> bool:
        """Whether both are of one machine: a state folder may have been copied with its name."""
        return (self.machine, self.host) == (other.machine, other.host)


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim as it was read."""

    key: str
    state: str
    """asking, held, or released where it could not be removed."""
    holder: Holder
    since: str
    """When it was first put, by its owner's clock."""

    def __str__(self) -> str:
        return f"{self.holder.host} (process {self.holder.pid}, since {self.since})"


class Taken(StorageError):
    """Raised inside this package when another's claim stands in the way."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(str(claim))
        self.claim = claim


class Lease:
    """One lease of this process, renewed by a thread of its own until it is released."""

    def __init__(self, store: Store, name: str, holder: Holder) -> None:
        """Use `take`."""
        self.rival: Claim | None = None
        """Who has the lease, if this one ran out and another took it; nobody needs to stop for it."""
        self._store = store
        self._name = name
        self._holder = holder
        self._until = -1.0
        self._since = ""
        self._key = ""
        self._warned = False
        self._released: set[str] = set()
        """Claims that are released for good, where the store lets nothing be removed: read once."""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"lease {name}", daemon=True)

    @classmethod
    def take(cls, store: Store, name: str, holder: Holder, patience: float | None = None) -> Lease:
        """The lease, held. The caller has the lock of that name on this machine.

        Raises `Taken` where another holds it, or where others ask for it for `patience` seconds (10).
        """
        lease = cls(store, name, holder)
        lease._ask(_clock() + (PATIENCE if patience is None else patience))
        lease._thread.start()
        return lease

    @property
    def held(self) -> bool:
        """Whether it can be relied on now: no other process can hold it."""
        return _clock() < self._until

    def release(self) -> None:
        """Let go of it. Waits some seconds for the store at most; raises nothing if that is away."""
        self._over.set()
        self._thread.join(_STALLED)
        self._until = -1.0

    # ------------------------------------------------------------------ taking

    def _ask(self, deadline: float) -> None:
        while True:
            other = self._try(deadline)
            if self.held:
                return
            if other is not None and (other.state == "held" or _clock() >= deadline):
                raise Taken(other)
            if _clock() >= deadline:
                raise ArchiveUnusable(
                    f"{self._store.url} does not hand out in time what was put just now: start again, "
                    "and check the store (`gongkai archive check`)."
                )
            time.sleep(random.uniform(0.2, 1.0))

    def _try(self, deadline: float) -> Claim | None:
        """Ask once, with a new claim; the claim in the way, which is None where the lease is held now."""
        self._key = lease_key(self._name, datetime.now(UTC))
        self._since = _stamp(datetime.now(UTC))
        dies = _clock() + SECONDS
        try:
            self._put("asking")
            while True:
                others, listed = self._others()
                late = _clock() >= deadline
                if not others and (listed or late):
                    if not listed:
                        self._warn_of_listing()
                    began = _clock()
                    self._put("held")
                    if _clock() < dies:  # else others may have taken the claim for dead before
                        self._until = began + SECONDS
                    return None
                in_the_way = min(others, key=lambda one: (one.state != "held", one.key), default=None)
                if in_the_way is not None and (
                    late or in_the_way.state == "held" or in_the_way.key < self._key
                ):
                    return in_the_way
                time.sleep(random.uniform(0.1, 0.4))
        except NotFound:
            return None  # this process slept, and another took the claim for dead
        finally:
            if not self.held:
                self._withdraw()

    def _others(self) -> tuple[list[Claim], bool]:
        """The live claims of others, and whether one's own is listed. Dead ones are taken away."""
        keys = list(self._store.list(leases_prefix(self._name)))
        others = [key for key in keys if key != self._key and key not in self._released]
        claims = [claim for key in others if (claim := self._read(key)) is not None]
        mine = self._store.modified(self._key) if claims else None
        return [one for one in claims if mine and not self._is_dead(one, mine)], self._key in keys

    def _read(self, key: str) -> Claim | None:
        try:
            said = json.loads(self._store.get(key))
            claim = Claim(key, str(said["state"]), Holder(**said["holder"]), str(said["since"]))
        except NotFound:
            return None  # released just now
        except (ValueError, TypeError, KeyError):
            claim = Claim(key, "held", Holder("", "unknown", 0, ""), "unknown")
        if claim.state == "released":
            self._released.add(key)
            return None
        return claim

    def _is_dead(self, claim: Claim, mine: datetime) -> bool:
        """Whether nobody relies on the claim any more; then it goes. `mine`: when one's own was put."""
        try:
            dead = self._holder.is_neighbour(claim.holder) or mine - self._store.modified(
                claim.key
            ) > timedelta(seconds=SECONDS + MARGIN)
        except NotFound:
            return True
        if dead:
            with suppress(StorageError):
                self._store.remove(claim.key)
        return dead

    # ------------------------------------------------------------------ keeping

    def _keep(self) -> None:
        wait = RENEW
        while not self._over.wait(wait):
            try:
                self._renew()
                wait = RENEW
            except StorageError as error:
                wait = RENEW / 4
                if not self.held:
                    self._warn(f"the store is away ({error})")
        self._withdraw()

    def _renew(self) -> None:
        if self.held:
            began = _clock()
            self._put("held")
            if self.held:  # the put was over while nobody else could have taken it
                self._until = began + SECONDS
                self._look_for_rivals()
                return
        self._withdraw()
        other = self._try(_clock() + RENEW / 30)
        self.rival = other if other is not None and other.state == "held" else None
        if self.held:
            _logger.info("The lease of %s in %s is held again.", self._name, self._store.url)
            self._warned = False
        elif self.rival is not None:
            self._warn(f"{self.rival} has it")

    def _look_for_rivals(self) -> None:
        """A store whose listings lag may have let two hold it: that is said, and the later one yields."""
        held = [one for one in self._others()[0] if one.state == "held"]
        if held:
            self._warn(f"{held[0]} holds it, too")
        self.rival = next((one for one in held if one.key < self._key), None)

    def _put(self, state: str) -> None:
        until = datetime.now(UTC) + timedelta(seconds=SECONDS)
        claim: dict[str, Any] = {
            "schema": SCHEMA,
            "state": state,
            "holder": asdict(self._holder),
            "since": self._since,
            "until": _stamp(until),
        }
        self._store.replace(self._key, json_document(claim))

    def _withdraw(self) -> None:
        self._until = -1.0
        try:
            self._store.remove(self._key)
        except StorageError:
            with suppress(StorageError):  # stores that let nothing be removed
                self._put("released")

    def _warn(self, why: str) -> None:
        if not self._warned:
            self._warned = True
            _logger.warning(
                "The lease of %s in %s has run out: %s. This goes on; two machines may be at it now.",
                self._name,
                self._store.url,
                why,
            )

    def _warn_of_listing(self) -> None:
        _logger.warning(
            "Listings of %s do not show what was put just now: two machines may be at %s at once.",
            self._store.url,
            self._name,
        )


def _machine(state: Path) -> str:
    """The name of the machine that this state folder is of; made where there is none yet, or none whole."""
    path = state / "machine"
    with disk_errors(path, _REMEDY):
        make_folder(state)
        with FileLock(state / "machine.lock"):
            with suppress(FileNotFoundError):
                if _NAME.fullmatch(name := path.read_text("ascii", errors="replace").strip()):
                    return name
            made = path.with_suffix(".new")
            with made.open("w", encoding="ascii") as file:
                file.write(secrets.token_hex(16))
                file.flush()
                os.fsync(file.fileno())
            made.replace(path)
            sync_folder(state)  # before any claim: after a power cut that claim must be known for one's own
            return path.read_text("ascii")


def _clock() -> float:
    """Seconds of a clock that nobody sets, and that goes on while the machine is suspended."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def _stamp(when: datetime) -> str:
    return when.isoformat(timespec="seconds")
