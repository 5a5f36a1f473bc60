"""Brings what a dead run left in its spool into the archive.

Whoever calls holds the site's lock, so no spool here belongs to a living run. Every step may be
repeated: a crash in the middle of a recovery is recovered like any other.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from storage.bodies import Bodies
from storage.errors import Damaged, NotFound
from storage.index import Index
from storage.journal import Capture, read_segment, segment
from storage.keys import capture_key, captures_prefix, digest, run_and_digest, runs_prefix
from storage.run import put_run_record
from storage.spool import entries, remove
from storage.store import Store


def recover_run(store: Store, bodies: Bodies, index: Index, site: str, folder: Path, now: datetime) -> int:
    """Put the captures of the run whose spool `folder` is into the archive; returns how many it lacked.

    Then the run record, with "ended": "crashed", is written and the spool removed. "lost" in it lists
    captures whose body is neither in the spool nor, any more, in the archive.
    """
    run = folder.name
    if any(store.list(runs_prefix(site, run))):
        remove(folder)  # it died between its run record and this
        return 0
    keys, held = _held(store, site, run)
    lines: list[tuple[bytes, Capture]] = []
    lost: list[dict[str, str | None]] = []
    for entry in entries(folder):
        if entry.line in held:
            continue
        capture = Capture.from_line(entry.line)
        try:
            if capture.sha256 is not None:
                if entry.body is not None:
                    bodies.keep(capture.sha256, entry.body)
                else:
                    bodies.confirm(capture.sha256)
        except (NotFound, Damaged):
            lost.append({"url": capture.url, "sha256": capture.sha256})
            continue
        held.add(entry.line)
        lines.append((entry.line, capture))
    if lines:
        data = segment(line for line, _ in lines)
        number = max((int(key.rpartition("/")[2].split("-")[2]) for key in keys), default=0) + 1
        key = capture_key(site, run, number, digest(data))
        store.put(key, data)
        keys.append(key)
        index.add_segment(site, key, lines)
    record = {"ended": "crashed", "recovered": now.isoformat(timespec="seconds"), "lost": lost}
    put_run_record(store, index, site, run, record, keys, len(held))
    remove(folder)
    return len(lines)


def _held(store: Store, site: str, run: str) -> tuple[list[str], set[bytes]]:
    """The keys of the run's sound segments, and the lines in them."""
    keys: list[str] = []
    held: set[bytes] = set()
    for key in store.list(captures_prefix(site, run)):
        data = store.get(key)
        if digest(data) == run_and_digest(key)[1]:
            keys.append(key)
            held.update(line for line, _ in read_segment(data))
    return keys, held
