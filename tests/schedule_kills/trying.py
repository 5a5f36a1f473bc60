"""One try: two sites that are due, a scheduler that dies, or its jobs, a supervisor; then a look at all."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from crawler.schedule.slots import Slots
from storage.archive import spooled, state_folder
from storage.store import open_store
from tests.crawler.many import entry
from tests.replica import Replica
from tests.replica.families import small_districts
from tests.schedule_kills.moments import ROOT, SHORT_LEASES, Moment, came, environment

SITES = ("s1", "s2")
CRON = "0 4 * * *"
PATIENCE = 600.0
"""Seconds in which everything that is due must be done."""
_PLAN = f"""
[schedule]
sites = {json.dumps(SITES)}

[schedule.jobs.daily]
kind = "crawl"
cron = "{CRON}"
options = ["-s", "DOWNLOAD_DELAY=0.05", "-s", "AUTOTHROTTLE_ENABLED=0"]
"""


@dataclass(slots=True)
class Tried:
    """What came of one try."""

    wrong: list[str] = field(default_factory=list)
    schedulers: int = 0
    """How many were started, one after the other's death."""
    crawls: dict[str, int] = field(default_factory=dict)
    """Processes that asked each host."""
    crashed: int = 0
    """Run records of crawls that were killed."""
    words: str = ""
    """The schedulers' own."""
    seconds: float = 0.0


def attempt(moments: Sequence[Moment], folder: Path, *, machines: int = 1) -> Tried:
    """Lets two sites be due, and everything be killed at these moments, until all is done and quiet.

    One machine's scheduler is restarted. Of several `machines`, which share the archive and have leases with
    short times, each that was killed stays off, and brings in at last what it still has.
    """
    tried, began = Tried(), monotonic()
    played = small_districts(len(SITES))
    archive = str(folder / "archive")
    states = [folder / f"state{number}" for number in range(machines)]
    sites, plan, words = folder / "sites.toml", folder / "gongkai.toml", folder / "words"
    sites.write_text("\n".join(entry(number, one) for number, one in enumerate(played, 1)), "utf-8")
    plan.write_text(_PLAN, "utf-8")
    slots = [state_folder(archive, state) / "schedule.sqlite" for state in states]
    for path in slots:
        _make_due(path)
    with Replica(sites=list(played)) as replica:
        own = os.environ | replica.environment() | environment(folder / "moments", moments)
        own |= {"GONGKAI_SITES": str(sites), "GONGKAI_CONFIG": str(plan)}
        own |= {"XDG_CACHE_HOME": str(folder / "cache"), SHORT_LEASES: "short" if machines > 1 else ""}
        with words.open("ab") as log:
            alive = [
                _start(archive, own | {"GONGKAI_STATE": str(state)}, path, log)
                for state, path in zip(states, slots, strict=True)
            ]
            _supervise(alive, tried)
        tried.words = words.read_text("utf-8")
        if (number := came(folder / "moments")) != len(moments):
            tried.wrong.append(f"{number} of {len(moments)} moments came")
        asked = [one for one in replica.log if one.method != "CONNECT"]
        _look_at_requests(asked, tried)
        for machine in alive:
            if machine.process.returncode == 0:
                _look_at_slots(machine.slots, tried)
        clean = {name: value for name, value in own.items() if name != "PYTHONPATH"}
        for state in states if machines > 1 else ():
            _gongkai("spool", "drain", "--archive", archive, own=clean | {"GONGKAI_STATE": str(state)})
        own = clean | {"GONGKAI_STATE": str(states[0])}
        _look_at_archive(archive, states, own, set(replica.truth()), tried)
    tried.seconds = monotonic() - began
    return tried


def _make_due(path: Path) -> None:
    """The plan is known since the day before yesterday, and nothing was done."""
    slots = Slots(path)
    for site in SITES:
        slots.standing("daily", site, CRON, datetime.now(UTC) - timedelta(days=2))
    slots.close()


@dataclass(slots=True)
class Machine:
    """A scheduler and what it takes to start it again."""

    process: subprocess.Popen[bytes]
    again: Callable[[], subprocess.Popen[bytes]]
    slots: Path


def _start(archive: str, own: dict[str, str], slots: Path, log: Any) -> Machine:
    def again() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "crawler.cli", "schedule", "--archive", archive]
        return subprocess.Popen(command, cwd=ROOT, env=own, stdout=log, stderr=log)

    return Machine(again(), again, slots)


def _supervise(machines: Sequence[Machine], tried: Tried) -> None:
    """What systemd does with a service that is to be restarted always; of several, a dead one stays off."""
    end, quiet, tried.schedulers = monotonic() + PATIENCE, 0, len(machines)
    try:
        while quiet < 3:
            for machine in machines:
                if (code := machine.process.poll()) not in (None, -signal.SIGKILL):
                    tried.wrong.append(f"a scheduler ended with {code}")
                    return
                if code is not None and len(machines) == 1:
                    tried.schedulers += 1
                    machine.process = machine.again()
            if monotonic() > end:
                tried.wrong.append(
                    f"not done within {PATIENCE:.0f} s: {[_states(m.slots) for m in machines]}"
                )
                return
            sleep(0.3)
            alive = [machine for machine in machines if machine.process.poll() is None]
            quiet = quiet + 1 if alive and all(_is_done(machine.slots) for machine in alive) else 0
    finally:
        for machine in machines:
            if machine.process.poll() is None:
                machine.process.terminate()
                if machine.process.wait(60):
                    tried.wrong.append(f"SIGTERM ended a scheduler with {machine.process.returncode}")


def _is_done(slots: Path) -> bool:
    states = [state for *_, state, _, _ in _states(slots)]
    return len(states) >= len(SITES) and set(states) <= {"done", "lost", "skipped"}


def _states(path: Path) -> list[tuple[Any, ...]]:
    with sqlite3.connect(path, timeout=30) as db:
        return db.execute("SELECT site, due, state, exit_code, note FROM slots ORDER BY site, due").fetchall()


def _look_at_requests(asked: Sequence[Any], tried: Tried) -> None:
    """Each host was asked by one process after the other, never by two in turn."""
    by_host: dict[str, list[str]] = defaultdict(list)
    for request in sorted(asked, key=lambda one: one.time):
        by_host[request.host].append(request.headers.get("user-agent", ""))
    for host, agents in by_host.items():
        turns = [agents[0], *(after for before, after in pairwise(agents) if after != before)]
        tried.crawls[host] = len(set(agents))
        if len(turns) != len(set(agents)):
            tried.wrong.append(f"{host} was asked by two crawls at once: {turns}")


def _look_at_slots(path: Path, tried: Tried) -> None:
    states = _states(path)
    if [(site, state, code) for site, _, state, code, _ in states] != [(one, "done", 0) for one in SITES]:
        tried.wrong.append(f"not all that was due was done: {states}")


def _look_at_archive(
    archive: str, states: Sequence[Path], own: dict[str, str], truth: set[tuple[str, int]], tried: Tried
) -> None:
    store = open_store(archive, create=False)
    reports = [json.loads(store.get(key)) for key in store.list("reports/")]
    if (found := {(one["organization"], one["year"]) for one in reports}) != truth:
        tried.wrong.append(f"reports: {sorted(found ^ truth)}")
    ended = [json.loads(store.get(key))["ended"] for key in store.list("runs/")]
    tried.crashed = ended.count("crashed")
    if ended.count("finished") < len(SITES) or set(ended) > {"finished", "crashed"}:
        tried.wrong.append(f"runs ended {ended}")
    if left := list(store.list("leases/")):
        tried.wrong.append(f"claims are left: {left}")
    for state in states:
        if waiting := spooled(archive, state=state):
            tried.wrong.append(f"waits in the spool: {waiting}")
    verified = _gongkai("verify", "--json", "--archive", archive, own=own)
    if verified.returncode or json.loads(verified.stdout)["counts"]:
        tried.wrong.append(f"verify: {verified.returncode} {verified.stdout} {verified.stderr}")


def _gongkai(*words: str, own: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "crawler.cli", *words]
    return subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, timeout=300)
