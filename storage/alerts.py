"""Alert records: what a watch noted of alerts (raised, resolved, delivered), kept in the archive itself.

What a record says beside its frame is for whoever watches; the state of all alerts is a fold over the
records. They are a chain like audit records, so that one that was taken away shows.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from storage.errors import ArchiveUnusable
from storage.fetching import fetched
from storage.journal import json_document
from storage.keys import ALERTS_PREFIX, Place, alert_key, digest, new_run, place, run_started
from storage.store import Store

_logger = logging.getLogger(__name__)

SCHEMA = "gongkai.alerts/1"
_ONE_CHAIN = timedelta(days=7)
"""Machines whose clocks differ by less name each other's records as previous."""


def put_alerts(store: Store, record: dict[str, Any], now: datetime) -> str:
    """Write an alert record; returns its key.

    To `record` come: schema, watch (its name), noted (`now`, UTC with microseconds) and previous (digests
    of the records that no other names yet).
    """
    watch, noted = new_run(now), now.astimezone(UTC).isoformat(timespec="microseconds")
    frame = {"schema": SCHEMA, "watch": watch, "noted": noted}
    data = json_document({**frame, **record, **frame, "previous": _heads(store)})
    key = alert_key(watch, digest(data))
    store.put(key, data)
    return key


def alert_records(store: Store, since: datetime | None = None) -> Iterator[dict[str, Any]]:
    """The alert records noted at or after `since`, oldest first.

    A damaged one is passed over with a warning: `gongkai verify` names it.
    """
    keys = (key for key, _, started in _listed(store) if since is None or started >= _second(since))
    records = (record for _, record in _read(store, keys))
    wanted = (one for one in records if since is None or datetime.fromisoformat(one["noted"]) >= since)
    yield from sorted(wanted, key=lambda one: str(one["noted"]))


def _heads(store: Store) -> list[str]:
    """Digests of the records that no other names as previous."""
    listed = list(_listed(store))
    newest = max((started for _, _, started in listed), default=None)
    if newest is None:
        return []
    recent = {key: where for key, where, started in listed if started >= newest - _ONE_CHAIN}
    named = {str(one) for _, record in _read(store, recent) for one in record.get("previous", ())}
    return sorted({str(where.digest) for where in recent.values()} - named)


def _listed(store: Store) -> Iterator[tuple[str, Place, datetime]]:
    for key in store.list(ALERTS_PREFIX):
        where = place(key)
        if where is not None and where.run is not None:
            yield key, where, run_started(where.run)


def _read(store: Store, keys: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for key, data in fetched(store, keys, bytes):
        where = place(key)
        if isinstance(data, ArchiveUnusable) or data is None or where is None or digest(data) != where.digest:
            _logger.warning("%s in %s cannot be read: see `gongkai verify`", key, store.url)
            continue
        yield key, json.loads(data)


def _second(when: datetime) -> datetime:
    """Names of records say their time to the second."""
    return when.astimezone(UTC).replace(microsecond=0)
