"""How long verifying a large archive takes, and its memory: `python -m benchmarks.verify [BODIES] [FOLDER]`.

The archive is synthetic: small bodies, a hundred captures for each journal segment, ten thousand for each
run of one site. It lies in one SQLite file behind the Store protocol, since a million files are made slowly
and a disk's own speed is not what is measured; with a FOLDER it is made of files in it.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.objects import FileOfObjects, Files
from storage.catalogue import Catalogue
from storage.identity import FORMAT, LAYOUT
from storage.journal import Capture, json_document, segment
from storage.keys import ARCHIVE_KEY, capture_key, digest, raw_key, run_key
from storage.store import Store, open_store
from storage.verify import Scope, Verification

BODY = "<html><body>虚构局政府信息公开工作年度报告 {number}</body></html>" + " " * 220
START = datetime(2026, 1, 1, tzinfo=UTC)
PER_SEGMENT, PER_RUN = 100, 10_000


def build(store: FileOfObjects | Files, bodies: int) -> None:
    """Write an archive with so many bodies."""
    store.put(ARCHIVE_KEY, json_document({"format": FORMAT, "layout": LAYOUT, "identity": "benchmark"}))
    previous: list[str] = []
    for first in range(0, bodies, PER_RUN):
        run = f"{START + timedelta(hours=first // PER_RUN):%Y%m%dT%H%M%SZ}-{first // PER_RUN:06x}"
        segments: list[str] = []
        for start in range(first, min(first + PER_RUN, bodies), PER_SEGMENT):
            data = segment([_captured(store, number, run) for number in range(start, start + PER_SEGMENT)])
            segments.append(capture_key("xuxian", run, len(segments) + 1, digest(data)))
            store.put(segments[-1], data)
        said: dict[str, Any] = {"schema": "gongkai.run/1", "run": run, "site": "xuxian"}
        said |= {"captures": len(segments) * PER_SEGMENT, "segments": segments, "previous": previous}
        record = json_document(said)
        previous = [digest(record)]
        store.put(run_key("xuxian", run, previous[0]), record)


def _captured(store: FileOfObjects | Files, number: int, run: str) -> bytes:
    body = BODY.format(number=number).encode()
    store.put(raw_key(digest(body)), body)
    url, now = f"https://www.xuxian.gov.cn/{number}.html", START + timedelta(seconds=number)
    return Capture(
        "xuxian", run, url, url, 200, now, now, "list", sha256=digest(body), size=len(body),
        headers=(("Content-Type", "text/html"), ("ETag", f'"{number}"')), media_type="text/html",
    ).to_line()  # fmt: skip


def measure(store: Store, state: Path, scope: Scope) -> None:
    """Verify and say how long it took."""
    catalogue, began = Catalogue(state / "fixity.sqlite", None), time.monotonic()
    marks: dict[str, float] = {}

    def step(what: str, *_: object) -> None:
        marks[what] = time.monotonic() - began

    done = Verification(store, catalogue, scope, datetime.now(UTC), step)
    done.run()
    seconds = time.monotonic() - began
    objects = sum(catalogue.count(kind) for kind in ("raw", "captures", "runs"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    ends = ", ".join(f"{what} until {round(when)} s" for what, when in marks.items())
    print(
        f"{objects} objects, {done.bodies} bodies hashed: {seconds:.0f} s, {objects / seconds:.0f} objects a "
        f"second, peak memory {peak:.0f} MiB, findings {catalogue.counts()}; {ends}",
        flush=True,
    )
    catalogue.close()


def main(bodies: int, folder: Path | None) -> None:
    """Build, verify all, and verify with a budget of a fiftieth."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        if folder is None:
            made = FileOfObjects(Path(place) / "objects.sqlite")
            made.begin()
            build(made, bodies)
            made.commit()
            store: Store = made
        else:
            build(Files(Path(place) / "archive"), bodies)
            store = open_store(str(Path(place) / "archive"), create=False)
        for scope in (Scope(), Scope(budget=bodies // 50)):
            measure(store, Path(place) / "state", scope)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
