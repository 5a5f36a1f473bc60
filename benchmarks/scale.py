"""What a crawl costs in a large archive: `python -m benchmarks.scale [OBJECTS] [--folder DIR | --swift]`.

The synthetic archive has one site with a long history (a fifth of a million captures of 20,000 addresses,
at the usual million objects), and many others. It lies in one SQLite file behind the Store protocol; with
`--folder` it is made of files in DIR, with `--swift` it is on a real S3 server, journals and run records
only. Each step runs in a process of its own, whose processor time and peak memory are its own: a shared
machine makes wall clocks lie. Run it with two sizes to see what grows with what.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.objects import FileOfObjects, Files
from pipelines.publish import publish
from pipelines.report.model import Report, Source
from pipelines.report.read import PARSER, PARSER_VERSION
from pipelines.report.stored import reading_json
from storage.archive import Archive
from storage.identity import FORMAT, LAYOUT
from storage.journal import Capture, json_document, segment
from storage.keys import ARCHIVE_KEY, capture_key, digest, parse_key, raw_key, run_key, slug
from storage.store import Store, open_store

LONG, NEW = "beixian", "xuxian"
START = datetime(2020, 1, 1, tzinfo=UTC)
PER_SEGMENT, PER_SITE, VISITS = 100, 10_000, 10
Put = Callable[[str, bytes], Any]
Open = Callable[[], Store]
Step = Callable[[Store, Path, int], str]


def build(put: Put, objects: int, *, bodies: bool = True) -> None:
    """Write an archive of about so many objects; without `bodies` only journals and run records."""
    put(ARCHIVE_KEY, json_document({"format": FORMAT, "layout": LAYOUT, "identity": "benchmark"}))
    addresses = objects // 50
    for number in range(addresses if bodies else 0):
        put(raw_key(digest(_body(LONG, number))), _body(LONG, number))
        put(parse_key(PARSER_VERSION, digest(_body(LONG, number))), _reading(number))
    for visit in range(VISITS):
        _run(put, LONG, START + timedelta(days=100 * visit), range(addresses), visit)
    for other in range(max(objects - 3 * addresses, 0) // PER_SITE):
        site = f"site-{other}"
        for number in range(PER_SITE if bodies else 0):
            put(raw_key(digest(_body(site, number))), _body(site, number))
        _run(put, site, START + timedelta(hours=other), range(PER_SITE), 0)


def _run(put: Put, site: str, now: datetime, numbers: range, visit: int) -> None:
    """One run that asked for these addresses; all but the first visit found nothing changed."""
    run, segments = f"{now:%Y%m%dT%H%M%SZ}-{visit:06x}", []
    for first in range(0, len(numbers), PER_SEGMENT):
        lines = [
            _capture(site, run, n, now + timedelta(seconds=n), visit).to_line()
            for n in numbers[first : first + PER_SEGMENT]
        ]
        data = segment(lines)
        segments.append(capture_key(site, run, len(segments) + 1, digest(data)))
        put(segments[-1], data)
    record = json_document({"schema": "gongkai.run/1", "run": run, "site": site, "segments": segments})
    put(run_key(site, run, digest(record)), record)


def _capture(site: str, run: str, number: int, now: datetime, visit: int = 0) -> Capture:
    url = f"https://www.{site}.gov.cn/zwgk/zfxxgkndbg/{number}.html"
    organization, year = f"北县虚构局{number // VISITS}", 2015 + number % VISITS
    hints = {"title": f"{organization}政府信息公开工作年度报告", "organization": organization, "year": year}
    return Capture(
        site, run, url, url, 304 if visit else 200, now, now, "report", sha256=digest(_body(site, number)),
        size=0 if visit else 300, headers=(("Content-Type", "text/html"), ("ETag", f'"{number}"')),
        media_type="text/html", hints=hints, flags=("unchanged",) if visit else (),
        request_headers=(("User-Agent", "gongkai"), ("Accept-Encoding", "gzip")),
    )  # fmt: skip


def _body(site: str, number: int) -> bytes:
    return f"<html><body>{site} {number}</body></html>{' ' * 220}".encode()


def _reading(number: int) -> bytes:
    sha256 = digest(_body(LONG, number))
    report = Report(
        organization=f"北县虚构局{number // VISITS}", year=2015 + number % VISITS,
        title="政府信息公开工作年度报告", requests={"received": {"total": number}},
        sources=(Source(sha256, "text/html"),), parser=PARSER,
    )  # fmt: skip
    return json_document(reading_json([report]))


# ---------------------------------------------------------------------- steps


def first_start(store: Store, state: Path, addresses: int) -> str:
    """A crawl of a new site on a machine that knows nothing: to the first capture, sealed."""
    with Archive(store, "benchmark", state) as archive:
        run = archive.start_run(NEW, datetime.now(UTC))
        archive.latest(NEW, "https://www.xuxian.gov.cn/")
        run.record(_capture(NEW, "", 1, datetime.now(UTC)), b"one")
        run.finish({})
    return ""


def long_history(store: Store, state: Path, addresses: int) -> str:
    """A crawl's first question about the site with a long history on a machine that knows nothing of it."""
    with Archive(store, "benchmark", state) as archive:
        return f"{archive.follow(LONG)} captures"


def again(store: Store, state: Path, addresses: int) -> str:
    """The same on a machine that knows it, after nothing has happened."""
    return long_history(store, state, addresses)


def news(store: Store, state: Path, addresses: int) -> str:
    """The same after another machine has added one segment."""
    now = datetime.now(UTC)
    _run(store.put, LONG, now, range(PER_SEGMENT), 1)
    return long_history(store, state, addresses)


def captures(store: Store, state: Path, addresses: int) -> str:
    """A thousand captures in the site with a long history, nothing changed, in ten segments."""
    with Archive(store, "benchmark", state) as archive:
        run = archive.start_run(LONG, datetime.now(UTC))
        for number in range(1000):
            seen = _capture(LONG, "", number % addresses, datetime.now(UTC), 1)
            assert archive.latest(LONG, seen.url) is not None
            run.record(seen, None)
            if number % PER_SEGMENT == PER_SEGMENT - 1:
                run.commit()
        run.abandon()
    return ""


def update(store: Store, state: Path, addresses: int) -> str:
    """One page of that site has changed: its report is published again."""
    with Archive(store, "benchmark", state) as archive:
        number, body = 7, _body(LONG, 7) + b"changed"
        reading = json.loads(_reading(number))
        reading["documents"][0]["sources"][0]["sha256"] = digest(body)
        archive.put_parse(PARSER_VERSION, digest(body), reading)
        run = archive.start_run(LONG, datetime.now(UTC))
        run.record(_capture(LONG, "", number, datetime.now(UTC)), body)
        run.commit()
        slug("北县虚构局")  # its dictionary takes a quarter of a second to load, once
        began = time.process_time()
        done = publish(archive, LONG, None, [digest(body)])
        seconds = time.process_time() - began
        run.abandon()
    return (
        f"{len(done.published)} published, {len(done.unchanged)} unchanged; publishing took {seconds:.2f} s"
    )


def fold(store: Store, state: Path, addresses: int) -> str:
    """Every report of that site is made anew, as after a crash."""
    with Archive(store, "benchmark", state) as archive:
        done = publish(archive, LONG)
    return f"{len(done.published)} published, {len(done.unchanged)} unchanged"


def shared(store: Store, state: Path, addresses: int) -> str:
    """Bodies that many addresses of that site answered with, as each crawl asks at its start."""
    from crawler.rhythm import Rhythm  # here: it is all that is needed of the crawler

    with Archive(store, "benchmark", state) as archive:
        return f"{len(Rhythm(LONG, latest=2025, days=30, recheck=False).suspect(archive))} bodies"


def reports(store: Store, state: Path, addresses: int) -> str:
    """The published reports of one year of that site, as `gongkai coverage` reads them."""
    with Archive(store, "benchmark", state) as archive:
        return f"{sum(1 for _ in archive.reports(LONG, 2020))} reports"


def sites(store: Store, state: Path, addresses: int) -> str:
    """The sites that the archive has captures of."""
    with Archive(store, "benchmark", state) as archive:
        return f"{len(archive.sites())} sites"


def corrupt(store: Store, state: Path, addresses: int) -> str:
    """The same as the long history where the ledger has turned to rubbish."""
    with (state / "ledger.sqlite").open("r+b") as ledger:
        ledger.write(b"\xff" * 100_000)
    return long_history(store, state, addresses)


STEPS = (first_start, long_history, again, news, captures, fold, update, shared, reports, sites, corrupt)
ON_SWIFT = (first_start, long_history, again, news, sites)


def measure(step: Step, opened: Open, state: Path, addresses: int) -> None:
    """Run a step in a process of its own and print what it took."""
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_measured, args=(step, opened, state, addresses))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"{step.__name__} failed")


def _measured(step: Step, opened: Open, state: Path, addresses: int) -> None:
    store = opened()
    began, used = time.monotonic(), time.process_time()
    idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    said = step(store, state, addresses)
    wall, used = time.monotonic() - began, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{step.__name__:14} {used:8.2f} s of processor, {wall:8.2f} s in all, "
        f"{peak - idle:5.0f} MiB more than the {idle:.0f} before; {said}",
        flush=True,
    )
    store.close()


def in_one_file(path: Path, objects: int) -> Open:
    """Build it in one file."""
    store = FileOfObjects(path)
    store.begin()
    build(store.put, objects)
    store.commit()
    store.close()
    return partial(FileOfObjects, path)


def in_folder(path: Path, objects: int) -> Open:
    """Build it of files."""
    build(Files(path).put, objects)
    return partial(open_store, str(path), create=False)


def on_s3(url: str, objects: int) -> Open:
    """Build it in a bucket, with 16 puts at a time."""
    store = open_store(url)
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda one: store.put(*one), _objects(objects)))
    store.close()
    return partial(open_store, url)


def _objects(objects: int) -> Iterator[tuple[str, bytes]]:
    made: list[tuple[str, bytes]] = []
    build(lambda key, data: made.append((key, data)), objects, bodies=False)
    yield from made


def main() -> None:
    """Build and measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("objects", type=int, nargs="?", default=20_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--swift", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as temporary:
        place, began = Path(temporary), time.monotonic()
        steps, stop = STEPS, None
        if asked.swift:
            from tests.servers.swift_server import Swift  # here: only for this

            server = Swift(place).start()
            os.environ.update(server.environment())
            opened, steps, stop = on_s3(server.new_place(), asked.objects), ON_SWIFT, server.stop
        elif asked.folder is not None:
            opened = in_folder(place / "archive", asked.objects)
        else:
            opened = in_one_file(place / "objects.sqlite", asked.objects)
        print(f"{asked.objects} objects, made in {time.monotonic() - began:.0f} s", flush=True)
        try:
            for step in steps:
                measure(
                    step, opened, place / ("fresh" if step is first_start else "state"), asked.objects // 50
                )
        finally:
            if stop is not None:
                stop()


if __name__ == "__main__":
    sys.exit(main())
