"""What acknowledging and bringing in cost: ``python -m tests.storage.spooling [ARCHIVE] [CAPTURES] [BYTES]``.

Records that many captures, from eight threads, into an archive whose store is away; a process of its own
then recovers the spool. Says how long each took, and the most memory that each had. ARCHIVE is an S3
address (the AWS variables lead to its server) or a folder, which is then treated as if it were far away.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

from storage import archive as archives
from storage.archive import Archive
from storage.errors import ArchiveUnusable, StorageError
from storage.store import open_store
from tests.storage.made import NOW, capture
from tests.storage.test_uploads import FaultyStore

THREADS = 8


def outage(url: str, state: Path, captures: int, size: int) -> None:
    """Record while the store is away, and leave."""
    with far(url, state) as archive:
        run = archive.start_run("xuxian", NOW)
        store = archive.store
        assert isinstance(store, FaultyStore)
        store.fault = away
        page = os.urandom(size)
        began = monotonic()

        def record(first: int) -> None:
            for number in range(first, captures, THREADS):
                run.record(capture(number), b"%08d" % number + page)

        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(record, range(THREADS)))
        say("acknowledged", captures, monotonic() - began)
        run.leave({"ended": "interrupted"})


def recover(url: str, state: Path) -> None:
    """Bring it in."""
    with far(url, state) as archive:
        began = monotonic()
        done = archive.recover(NOW)
        say("brought in", done.total, monotonic() - began)


def away(verb: str, key: str) -> StorageError | None:
    """Nothing gets through."""
    return ArchiveUnusable("away")


def far(url: str, state: Path) -> Archive:
    """The archive, on a store that is asked beside the run whatever it is."""
    archives.open_store = lambda *_, **__: FaultyStore(open_store(url))  # type: ignore[attr-defined]
    return Archive.open(url, state=state)


def say(what: str, count: int, seconds: float) -> None:
    """One line of the result."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what}: {count:,} in {seconds:.1f} s ({count / seconds:,.0f}/s), {peak:.0f} MiB", flush=True)


def main(url: str = "", captures: str = "50000", size: str = "5000") -> None:
    """See the module."""
    with tempfile.TemporaryDirectory() as folder:
        url = url or f"{folder}/archive"
        state = Path(folder) / "state"
        for step in ("outage", "recover"):
            call = f"from tests.storage.spooling import *; {step}({url!r}, Path({str(state)!r})"
            call += f", {int(captures)}, {int(size)})" if step == "outage" else ")"
            subprocess.run([sys.executable, "-c", call], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
