"""What must hold of an archive whatever went wrong on the way to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from storage.journal import Capture, read_segment
from storage.keys import digest, run_and_digest
from storage.store import Store
from tests.storage.verifying import look

Timeless = tuple[frozenset[str], frozenset[bytes]]
"""What does not depend on how often somebody was interrupted: bodies, and lines without their run."""


@dataclass(frozen=True, slots=True)
class Held:
    """What an archive has."""

    bodies: frozenset[str]
    captures: tuple[Capture, ...]

    def timeless(self) -> Timeless:
        """What another archive can be held against."""
        return self.bodies, frozenset(replace(found, run="").to_line() for found in self.captures)


def held(store: Store) -> Held:
    """Everything in the archive, read whole; fails where an object is not what its key says."""
    bodies = frozenset(key.rpartition("/")[2] for key in store.list("raw/"))
    for sha256 in bodies:
        assert digest(store.get(f"raw/{sha256[:2]}/{sha256}")) == sha256, f"raw/ {sha256} is garbled"
    captures: list[Capture] = []
    for key in store.list("captures/"):
        data = store.get(key)
        assert digest(data) == run_and_digest(key)[1], f"{key} is garbled"
        captures += [found for _, found in read_segment(data)]
    return Held(bodies, tuple(captures))


def check(store: Store, state: Path, acknowledged: set[tuple[str, str]]) -> Held:
    """Fails unless every promise is kept; `acknowledged` has (address, moment) of exchanges."""
    has = held(store)
    assert acknowledged <= {(one.url, one.received.isoformat()) for one in has.captures}, (
        "acknowledged and missing"
    )
    assert all(one.sha256 is None or one.sha256 in has.bodies for one in has.captures), "listed and not there"
    twice = [(one.run, one.url, one.received) for one in has.captures]
    assert len(set(twice)) == len(twice), "an exchange is in the journal twice"
    seen = look(store, state, audit=False)
    notices = {(one.code, one.key) for one in seen.findings if one.level != "damage"}
    assert not seen.damage, seen.damage
    assert not {code for code, _ in notices} - {"body-unreferenced", "reports-unchecked"}, notices
    assert not list(state.rglob("*.part")), "something waits in the spool"
    return has
