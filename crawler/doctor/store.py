"""Looks at the archive: whether it answers, and whether this user may do there what a crawl does."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from crawler.doctor.machine import existing
from crawler.doctor.model import Check, Patient, State
from storage.errors import ArchiveUnusable, StorageError
from storage.identity import identify
from storage.keys import ARCHIVE_KEY, CHECK_PREFIX, STORE_KEY, new_run, place, run_started
from storage.store import Store, address, open_store, server

LATE = timedelta(seconds=30)
"""By which a clock may differ without a word: the stores' own differ, too."""
WRONG = timedelta(minutes=5)
"""From here on times in the journal mislead; from 15 minutes on stores refuse what is signed."""
_PROBE = b"gongkai doctor"


def archive(patient: Patient) -> Iterator[Check]:
    """Reaches it, then writes, reads, lists and removes an object of its own."""
    where = address(patient.archive)
    if where.startswith("file:"):
        folder = Path(unquote(urlsplit(where).path))
        try:
            folder.stat()
        except (FileNotFoundError, NotADirectoryError):
            yield _not_yet(folder)
            return
        except OSError:  # said by the store
            pass
    try:
        store = open_store(patient.archive, create=False)
    except ArchiveUnusable as error:
        yield Check("archive-reach", "failure", str(error), _REACH)
        return
    try:
        reached = _reached(store)
        yield reached
        if reached.state == "ok":
            yield from _rights(store, patient.now)
            yield _checked(store, patient.state)
    finally:
        store.close()


_REACH = "Correct archive, [s3] or the AWS_* variables; gongkai config shows which of them count."


def _not_yet(folder: Path) -> Check:
    above = existing(folder.parent)
    if above.is_dir() and os.access(above, os.W_OK | os.X_OK):
        return Check(
            "archive-reach", "warning", f"{folder} is not there: the first crawl makes it",
            "If there should be an archive already: is its disk mounted, and archive right?",
        )  # fmt: skip
    return Check(
        "archive-reach", "failure", f"{folder} is not there, and this user may not make it in {above}",
        "Make the folder and give it to this user, or set archive to another place.",
    )  # fmt: skip


def _reached(store: Store) -> Check:
    try:
        identity = identify(store, create=False)
    except ArchiveUnusable as error:
        return _without_archive(store, error)
    return Check("archive-reach", "ok", f"{store.url}, archive {identity[:8]}")


def _without_archive(store: Store, error: ArchiveUnusable) -> Check:
    try:
        others = any(not key.startswith(CHECK_PREFIX) for key in store.list())
        there = store.exists(ARCHIVE_KEY)
    except StorageError as why:  # no bucket, no right, no server
        return Check("archive-reach", "failure", str(why), _REACH)
    if there:
        return Check("archive-reach", "failure", str(error), _REACH)
    if others:
        return Check(
            "archive-reach", "failure", f"{store.url} holds other things and no {ARCHIVE_KEY}", _REACH
        )
    return Check("archive-reach", "ok", f"{store.url} is empty: the first crawl begins an archive there")


def _rights(store: Store, now: datetime) -> Iterator[Check]:
    key = f"{CHECK_PREFIX}{new_run(now)}/doctor"
    rights = "Give the user, or the key, the right to put, get, list and delete objects there."
    try:
        store.put(key, _PROBE)
    except StorageError as error:
        yield Check("archive-write", "failure", str(error), rights)
        return
    yield Check("archive-write", "ok", f"{len(_PROBE)} bytes written")
    yield from _looked(store, key, rights)


def _looked(store: Store, key: str, rights: str) -> Iterator[Check]:
    try:
        same = store.get(key) == _PROBE
        yield Check(
            "archive-read", "ok" if same else "failure",
            "and read back" if same else "they came back as others",
            "" if same else "Do not use this store: gongkai archive check says more.",
        )  # fmt: skip
    except StorageError as error:
        yield Check("archive-read", "failure", str(error), rights)
    try:
        listed = key in store.list(CHECK_PREFIX)
        yield Check(
            "archive-list", "ok" if listed else "warning",
            "the object is listed" if listed else "the object is not listed at once",
            "" if listed else "Let only one machine write here; gongkai archive check says more.",
        )  # fmt: skip
    except StorageError as error:
        yield Check("archive-list", "failure", str(error), rights)
    try:
        store.remove(key)
        _no_folders(store)
        yield Check("archive-delete", "ok", "and taken away again")
    except StorageError as error:
        yield Check("archive-delete", "warning", f"{key} stays: {error}", rights)


def _no_folders(store: Store) -> None:
    folder = getattr(store, "folder", None)
    if isinstance(folder, Path):
        for path in sorted((folder / CHECK_PREFIX).glob("**/"), reverse=True):
            with suppress(OSError):  # another check's is not empty
                path.rmdir()


def _checked(store: Store, state: Path) -> Check:
    found: dict[str, Any] = {}
    with suppress(StorageError, ValueError, AttributeError):
        found = dict(json.loads(store.get(STORE_KEY)))
    with suppress(OSError, ValueError):
        here = dict(json.loads((state / STORE_KEY).read_bytes()))
        found = max(found, here, key=lambda one: str(one.get("checked", "")))
    if not found:
        if store.local:
            return Check("archive-check", "ok", "never checked; a folder rarely needs it")
        return Check(
            "archive-check", "warning", "nobody has looked whether this store keeps what it is given",
            "Type: gongkai archive check",
        )  # fmt: skip
    probes = [one for one in found.get("probes", ()) if isinstance(one, dict)]
    said = [str(one.get("message")) for one in probes if one.get("verdict") in ("limited", "unfit")]
    what = f"checked {found.get('checked')}: {'; '.join(said) or 'fit'}"
    if found.get("fit", True) is True:
        return Check("archive-check", "ok", what)
    return Check("archive-check", "failure", what, "Use another store, or mend this one and check it again.")


def clock(patient: Patient) -> Iterator[Check]:
    """Against the store's clock and the newest run; a folder has no clock of its own."""
    try:
        store = open_store(patient.archive, create=False)
    except ArchiveUnusable:  # said by `archive`
        store = None
    compared = []
    if store is not None:
        try:
            if endpoint := server(store):
                compared.append((endpoint, their_time(endpoint)))
            newest = _newest_run(store)
        except StorageError:
            newest = None
        finally:
            store.close()
        if newest is not None and newest > datetime.now(UTC) + LATE:
            yield Check(
                "clock", "failure", f"the newest run began {newest:%Y-%m-%d %H:%M:%S} UTC, in the future",
                "Set this machine's clock, or that of the machine that ran it, and let NTP keep it.",
            )  # fmt: skip
            return
    if patient.online:
        from crawler.doctor.network import a_site

        compared += [(site.hosts[0], their_time(f"http://{site.hosts[0]}/")) for site in a_site(patient)]
    for who, theirs in compared:
        if theirs is not None:
            yield _difference(who, datetime.now(UTC) - theirs)
            return
    yield Check(
        "clock", "ok", f"{patient.now:%Y-%m-%d %H:%M:%S} UTC; there was no other clock to compare with"
    )


def _difference(who: str, off: timedelta) -> Check:
    seconds = abs(off.total_seconds())
    way = "ahead of" if off > timedelta() else "behind"
    what = f"{seconds:.0f} seconds {way} that of {who}" if seconds > 2 else f"as that of {who}"
    if seconds < LATE.total_seconds():
        return Check("clock", "ok", what)
    state: State = "failure" if seconds > WRONG.total_seconds() else "warning"
    return Check("clock", state, what, "Let NTP keep the clock: timedatectl set-ntp true, or chrony.")


def their_time(url: str) -> datetime | None:
    """What an HTTP server has for the time; None where it cannot be asked, or does not say."""
    import requests

    try:
        trusted = os.environ.get("AWS_CA_BUNDLE") or True
        answer = requests.head(url, timeout=10, allow_redirects=False, verify=trusted)
        found = parsedate_to_datetime(answer.headers["Date"])
    except (requests.RequestException, KeyError, ValueError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _newest_run(store: Store) -> datetime | None:
    runs = (where.run for key in store.list("runs/") if (where := place(key)) is not None)
    return max((run_started(run) for run in runs if run is not None), default=None)
