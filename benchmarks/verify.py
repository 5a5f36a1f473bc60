"""How long verifying a large archive takes: `python -m benchmarks.verify [BODIES] [FOLDER]`; and its memory.

The archive is synthetic: small bodies, a hundred captures for each journal segment, ten thousand for each
run of one site. It is written without fsync, since only reading is measured, and by the layout's own keys.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.archive import Archive
from storage.catalogue import Catalogue
from storage.journal import Capture, json_document, segment
from storage.keys import capture_key, digest, raw_key, run_key
from storage.store import open_store
from storage.verify import Scope, Verification

BODY = "<html><body>虚构局政府信息公开工作年度报告 {number}</body></html>" + " " * 220
START = datetime(2026, 1, 1, tzinfo=UTC)
PER_SEGMENT, PER_RUN = 100, 10_000


def build(folder: Path, bodies: int) -> None:
    """Write an archive with so many bodies."""
    Archive.open(str(folder), state=folder.with_name("state")).close()
    previous: list[str] = []
    for first in range(0, bodies, PER_RUN):
        run = f"{START + timedelta(hours=first // PER_RUN):%Y%m%dT%H%M%SZ}-{first // PER_RUN:06x}"
        segments = []
        for start in range(first, min(first + PER_RUN, bodies), PER_SEGMENT):
            lines = [_captured(folder, number, run) for number in range(start, start + PER_SEGMENT)]
            data = segment(lines)
            segments.append(capture_key("xuxian", run, len(segments) + 1, digest(data)))
            _write(folder, segments[-1], data)
        count = len(segments) * PER_SEGMENT
        said = {"schema": "gongkai.run/1", "run": run, "site": "xuxian", "captures": count}
        record = json_document(said | {"segments": segments, "previous": previous})
        previous = [digest(record)]
        _write(folder, run_key("xuxian", run, previous[0]), record)


def _captured(folder: Path, number: int, run: str) -> bytes:
    body = BODY.format(number=number).encode()
    _write(folder, raw_key(digest(body)), body)
    url, now = f"https://www.xuxian.gov.cn/{number}.html", START + timedelta(seconds=number)
    return Capture(
        "xuxian", run, url, url, 200, now, now, "list", sha256=digest(body), size=len(body),
        headers=(("Content-Type", "text/html"), ("ETag", f'"{number}"')), media_type="text/html",
    ).to_line()  # fmt: skip


def _write(folder: Path, key: str, data: bytes) -> None:
    path = folder / key
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True)
    path.write_bytes(data)


def measure(folder: Path, scope: Scope) -> None:
    """Verify and say how long it took."""
    catalogue = Catalogue(folder.with_name("state") / "fixity.sqlite", None)
    store, began = open_store(str(folder), create=False), time.monotonic()
    marks: dict[str, float] = {}
    done = Verification(
        store,
        catalogue,
        scope,
        datetime.now(UTC),
        lambda what, *_: marks.setdefault(what, time.monotonic() - began),
    )
    done.run()
    seconds = time.monotonic() - began
    objects = sum(catalogue.count(kind) for kind in ("raw", "captures", "runs"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{objects} objects, {done.bodies} bodies hashed: {seconds:.0f} s, {objects / seconds:.0f} objects a "
        f"second, peak memory {peak:.0f} MiB, findings {catalogue.counts()}"
    )
    print({what: round(when) for what, when in marks.items()})
    catalogue.close()


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as place:
        build(Path(place) / "archive", count)
        measure(Path(place) / "archive", Scope())
        measure(Path(place) / "archive", Scope(budget=count // 50))
