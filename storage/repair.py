"""Restores from a second archive what a verification found damaged in this one.

Only objects that carry their own digest, and archive.json, can be restored: a copy is taken only where
its bytes have that digest, and only over what has not. What was damaged is kept aside first: a store
has no rename, so its bytes are put, and read back, under `quarantine/` by their own digest, and only
then replaced. A cut-off or altered object may be all that there is of something, or evidence of what
happened; nobody but a person throws it away.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from storage.errors import ArchiveUnusable, NotFound, StorageError
from storage.findings import CODES, Finding
from storage.keys import ARCHIVE_KEY, IMMUTABLE, digest, place, quarantine_key
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Repaired:
    """One object that is sound again, and what there was in its place."""

    key: str
    source: str
    """Where its bytes came from."""
    quarantined: str | None = None
    """The key under which the damaged bytes are kept; None where there were none."""

    def to_json(self) -> dict[str, Any]:
        """As an audit record has it."""
        return asdict(self)


def restore(finding: Finding, store: Store, second: Store, identity: str | None = None) -> Repaired | str:
    """Mend what a finding is about from the second archive; or why it cannot be mended.

    `identity`: the SHA-256 of this archive's own archive.json, where it is known.

    Raises `ArchiveUnusable` where this archive cannot be written to. A sound object is never touched.
    """
    if finding.level != "damage" or "--from" not in CODES[finding.code].mend:
        return CODES[finding.code].mend
    try:
        key = _full_key(finding.key, second)
        copy = second.get(key)
    except NotFound:
        return f"{second.url} does not have it either"
    except StorageError as error:
        return str(error)
    if not _is_sound(key, copy) or (key == ARCHIVE_KEY and identity not in (None, digest(copy))):
        return f"the copy in {second.url} is damaged, too"
    try:
        held = store.get(key)
    except NotFound:
        store.put(key, copy)
        return Repaired(key, second.url)
    except ArchiveUnusable as error:
        return f"{error} It was left as it is."
    if key != ARCHIVE_KEY and _is_sound(key, held):
        return "it is sound by now"
    return Repaired(key, second.url, _replaced(store, key, held, copy))


def keep_aside(store: Store, data: bytes) -> str:
    """Keep damaged bytes; returns their key."""
    aside = quarantine_key(digest(data))
    store.put(aside, data)
    return aside


def _replaced(store: Store, key: str, held: bytes, copy: bytes) -> str | None:
    if held == copy:
        return None
    aside = keep_aside(store, held)
    store.replace(key, copy)
    return aside


def _full_key(key: str, second: Store) -> str:
    """The key itself; of `runs/<site>/*-<sha256>.json` the one that the second archive has."""
    above, star, end = key.partition("*")
    if not star:
        return key
    for found in _listed(second, above):
        if found.endswith(end):
            return found
    raise NotFound(f"{key} is not in {second.url}")


def _listed(store: Store, prefix: str) -> Iterator[str]:
    yield from store.list(prefix)


def _is_sound(key: str, data: bytes) -> bool:
    where = place(key)
    if where is not None and where.kind in IMMUTABLE:
        return digest(data) == where.digest
    try:
        return key == ARCHIVE_KEY and json.loads(data)["format"] == "gongkai.archive"
    except (ValueError, TypeError, KeyError):
        return False
