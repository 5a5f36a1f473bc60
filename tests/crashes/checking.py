"""What must be true after a crash, and after the restart that follows it."""

from __future__ import annotations

import json
import os
import signal
import traceback
from collections.abc import Callable
from typing import Any

from click.testing import CliRunner

from crawler.cli import main as gongkai
from storage.errors import NotFound
from storage.journal import read_segment
from storage.keys import digest, place
from storage.listing import in_the_archive
from storage.store import Store, open_store
from tests.crashes.subjects import SITE, Place
from tests.crawler.crawling import timeless

JOURNAL = ("captures", "runs", "audits", "archive.json", "store.json", "leases")
"""First segments of keys whose objects no two crawls share."""


def isolated(work: Callable[[], Any], seconds: int = 180) -> Any:
    """What `work` returns, as JSON, done in a forked process, so that this one keeps no threads or files.

    Raises:
        AssertionError: with the traceback, where it failed or did not end.
    """
    said = os.memfd_create("said")
    child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.alarm(seconds)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.dup2(1, 2)
            os.write(said, json.dumps(work()).encode())
            code = 0
        except BaseException:
            os.write(said, traceback.format_exc().encode())
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    text = os.pread(said, os.fstat(said).st_size, 0).decode(errors="replace")
    os.close(said)
    assert status == 0, f"ended with {os.waitstatus_to_exitcode(status)}: {text[-3000:]}"
    return json.loads(text)


def content(url: str) -> dict[str, Any]:
    """What does not depend on when and how often was captured: key -> digest, or JSON without times."""
    store = open_store(url)
    found: dict[str, Any] = {}
    for key in store.list():
        if key.partition("/")[0] not in JOURNAL:
            data = store.get(key)
            found[key] = timeless(json.loads(data)) if key.endswith(".json") else digest(data)
    return found


def at_rest(url: str) -> list[str]:
    """What is wrong with an archive as a crash left it, before anybody mends it."""
    store = open_store(url)
    wrong: list[str] = []
    keys = list(filter(in_the_archive, store.list()))
    bodies = {key for key in keys if key.startswith("raw/")}
    for key in keys:
        said = place(key)
        if said is None:
            wrong.append(f"{key} is foreign")
        else:
            wrong += _wrong_in(store, key, said.kind, said.digest, bodies, set(keys))
    return wrong


def _wrong_in(
    store: Store, key: str, kind: str, named: str | None, bodies: set[str], keys: set[str]
) -> list[str]:
    try:
        data = store.get(key)
    except NotFound:
        return [f"{key} is listed and not there"]
    if kind in ("raw", "captures", "runs") and digest(data) != named:
        return [f"{key} does not hold what it is named by"]
    if kind == "captures":
        names = {one.sha256 for _, one in read_segment(data) if one.sha256 is not None}
        return [f"{key} names the body {name}" for name in names if f"raw/{name[:2]}/{name}" not in bodies]
    if kind == "raw":
        return []
    try:
        document = json.loads(data)
    except ValueError:
        return [f"{key} is no JSON"]
    if kind == "runs":
        return [f"{key} names the segment {one}" for one in document["segments"] if one not in keys]
    if kind == "reports":
        names = {source["sha256"] for source in document["sources"]}
        return [f"{key} is made of {name}" for name in names if f"raw/{name[:2]}/{name}" not in bodies]
    return []


def left(place: Place, acknowledged: list[str]) -> list[str]:
    """What is wrong with what a crash left, as it is and when it was recovered."""
    return at_rest(place.url) + recovered(place, acknowledged)


def recovered(place: Place, acknowledged: list[str]) -> list[str]:
    """What is wrong once the leftovers were brought in, without another crawl."""
    with place.open() as archive:
        archive.recover()
        lines = [digest(line) for key in archive.store.list(f"captures/{SITE}/")
                 for line, _ in read_segment(archive.store.get(key))]  # fmt: skip
        lost = [record["lost"] for record in archive.runs(SITE) if record.get("lost")]
    wrong = [f"{len(missing)} acknowledged captures are missing"
             for missing in [set(acknowledged) - set(lines)] if missing]  # fmt: skip
    wrong += [f"lost: {one}" for one in lost]
    if len(lines) != len(set(lines)):
        wrong.append("a line of the journal is there twice")
    return wrong + at_rest(place.url)


def whole(place: Place, undisturbed: dict[str, Any], acknowledged: list[str]) -> list[str]:
    """What is wrong after a restart that ended well."""
    wrong = recovered(place, acknowledged)
    now = content(place.url)
    for key in sorted(now.keys() | undisturbed.keys()):
        if now.get(key) != undisturbed.get(key):
            kind = "missing" if key not in now else "extra" if key not in undisturbed else "different"
            wrong.append(f"{key} is {kind}")
    spooled = [str(path) for path in place.state.glob("*/spool/**/*") if path.is_file()]
    if spooled:
        wrong.append(f"left in the spool: {spooled}")
    with place.open() as archive:
        records = list(archive.runs(SITE))
        segments = sorted(key for record in records for key in record["segments"])
        if segments != sorted(archive.store.list(f"captures/{SITE}/")):
            wrong.append("the run records do not name every segment once")
    return wrong + _verified(place)


def _verified(place: Place) -> list[str]:
    """What `gongkai verify` finds, notices included: after a restart nothing is left over."""
    os.environ["GONGKAI_STATE"] = str(place.state)
    ended = CliRunner().invoke(gongkai, ["verify", "--archive", place.url, "--json"])
    wrong = [] if ended.exit_code == 0 else [f"verify ends with {ended.exit_code}: {ended.stderr[-1500:]}"]
    if ended.stdout:
        wrong += [f"verify: {one['code']} {one['key']}" for one in json.loads(ended.stdout)["findings"]]
    return wrong
