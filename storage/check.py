"""Whether a store can be trusted with an archive: asks it, writes down what it found, and remembers.

What was found lies in ``store.json`` beside the archive, and in this machine's state folder: a store
that loses what it is given may lose that, too. It belongs to the place and not to the archive, so a
copy of the archive does not carry it along. It must not look at the archive's own objects.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from storage.disk import disk_errors, make_folder
from storage.errors import ArchiveUnusable, BadKey, NotFound, StorageError
from storage.identity import identify
from storage.journal import json_document
from storage.keys import ARCHIVE_KEY, CHECK_PREFIX, STORE_KEY, new_run, run_started
from storage.local import LocalStore
from storage.probes import FOR_ALL, Bench, Probe, StoreBench, remove, round_trip
from storage.store import Store

SCHEMA = "gongkai.store/1"

_STALE = timedelta(days=1)
"""Probe objects that are older were left behind by a check that was killed."""
_REMEDY = "set GONGKAI_STATE to another folder"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found."""

    url: str
    when: datetime
    probes: tuple[Probe, ...]
    settings: dict[str, Any]
    """How a bucket is written to from now on; empty of a folder."""

    @property
    def unfit(self) -> list[Probe]:
        """Why the store must not be used; empty if it can be."""
        return [probe for probe in self.probes if probe.verdict == "unfit"]

    def to_json(self) -> dict[str, Any]:
        """As it stands in store.json."""
        return {
            "schema": SCHEMA,
            "checked": self.when.astimezone(UTC).isoformat(timespec="seconds"),
            "fit": not self.unfit,
            "probes": [probe.to_json() for probe in self.probes],
            "settings": self.settings,
        }


def check(store: Store, state: Path, now: datetime) -> Checked:
    """Probes the store and writes down what it found; what it put there is taken away again.

    In an empty place an archive is begun, if it is fit for one. `state` is this machine's state folder of it.
    Raises `ArchiveUnusable` where the store cannot be probed: not reachable, access refused, another's.
    """
    new = not store.exists(ARCHIVE_KEY)
    if new and any(key for key in store.list() if not key.startswith(CHECK_PREFIX)):
        identify(store, create=True)  # says that other things lie here
    probes = tuple(_probe(store, f"{CHECK_PREFIX}{new_run(now)}"))
    found = Checked(store.url, now, probes, _settings(store))
    data = json_document(found.to_json())
    _remember(state, data)
    if not found.unfit:
        identify(store, create=True)
        store.replace(STORE_KEY, data)
    elif not new:
        with suppress(StorageError):  # no wonder if it fails here; this machine remembers
            store.replace(STORE_KEY, data)
    return found


def refuse_unfit(store: Store, state: Path) -> None:
    """Raises `ArchiveUnusable` if the newest check of this store, by whomever, found it unfit."""
    newest: dict[str, Any] = {}
    with suppress(NotFound):
        newest = _read(store.get(STORE_KEY))
    with suppress(OSError):
        here = _read((state / STORE_KEY).read_bytes())
        newest = max(newest, here, key=lambda one: str(one.get("checked", "")))
    if newest.get("fit", True) is True:
        return
    why = "; ".join(
        str(probe.get("message"))
        for probe in newest.get("probes", ())
        if isinstance(probe, dict) and probe.get("verdict") == "unfit"
    )
    raise ArchiveUnusable(
        f"{store.url} would lose or garble data: {why} (`gongkai archive check`, {newest.get('checked')}). "
        "Use another store, or check this one again when it has been mended."
    )


def _probe(store: Store, at: str) -> Iterator[Probe]:
    from storage.s3 import S3Store  # here: boto3 takes a third of a second to import

    bench: Bench
    more: list[partial[Probe]] = []
    if isinstance(store, S3Store):
        from storage.probes_s3 import FOR_S3, S3Bench, sending

        bench = S3Bench(store)
        first = [partial(sending, store, f"{at}/sending"), partial(round_trip, bench, f"{at}/round-trip")]
        more = [partial(probe, store) for probe in FOR_S3]
    else:
        bench = StoreBench(store)
        first = [partial(round_trip, bench, f"{at}/round-trip")]
    try:
        for ask in first:
            found = ask()
            yield found
            if found.verdict == "unfit":
                return  # whatever else it says follows from that
        for probe in FOR_ALL:
            several = probe(bench, f"{at}/{probe.__name__}")
            yield from (several,) if isinstance(several, Probe) else several
        for number, ask in enumerate(more):
            yield ask(f"{at}/s3-{number}")
        yield remove(bench, at)
    finally:
        _clean(bench, at)
        if isinstance(store, LocalStore):
            _take_folders_away(store.folder / CHECK_PREFIX)


def _settings(store: Store) -> dict[str, Any]:
    from storage.s3 import S3Store

    return store.settings.to_json() if isinstance(store, S3Store) else {}


def _clean(bench: Bench, at: str) -> None:
    """Takes away what this check left, and what older ones left that were killed."""
    with suppress(StorageError):
        for key in bench.list(CHECK_PREFIX):
            with suppress(BadKey):
                begun = run_started(key.split("/")[1])
                if key.startswith(f"{at}/") or begun < run_started(at.split("/")[1]) - _STALE:
                    bench.remove(key)


def _take_folders_away(folder: Path) -> None:
    """Takes away the empty folders below `folder`, and itself if nothing is left in it."""
    for path, _, _ in os.walk(folder, topdown=False):
        with suppress(OSError):  # not empty: another check's
            Path(path).rmdir()


def _remember(state: Path, data: bytes) -> None:
    path = state / STORE_KEY
    with disk_errors(path, _REMEDY):
        make_folder(state)
        temporary = path.with_suffix(".new")
        temporary.write_bytes(data)
        temporary.replace(path)


def _read(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
