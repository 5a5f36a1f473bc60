"""The moments: calls of functions of ours in a scheduler or a job, before or after which SIGKILL comes.

A process that has `environment` kills itself, and whoever else is meant, when it comes to the moment that is
next; each moment of a plan comes once, whoever gets there first. `install` runs while Python starts.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import wraps
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = "GONGKAI_TESTS_KILL"
SHORT_LEASES = "GONGKAI_TESTS_SHORT_LEASES"
_START = "from tests.schedule_kills.moments import install\n\ninstall()\n"


@dataclass(frozen=True, slots=True)
class Moment:
    """SIGKILL before or after the `time`-th call of a function, in the process of that verb."""

    verb: str
    """`schedule` or `crawl`: the process that comes to it."""
    function: str
    """module:name or module:class.name."""
    when: str
    time: int = 1
    victims: str = "self"
    """`self`, or `both`: the scheduler and its jobs."""

    def __str__(self) -> str:
        again = f" {self.time}" if self.time > 1 else ""
        return f"{self.verb}: {self.when} {self.function.partition(':')[2]}{again}"


def environment(folder: Path, moments: Sequence[Moment]) -> dict[str, str]:
    """The variables by which Python processes die at these moments, one after the other."""
    folder.mkdir(parents=True)
    (folder / "sitecustomize.py").write_text(_START, encoding="utf-8")
    (folder / "moments.json").write_text(json.dumps([asdict(one) for one in moments]), encoding="utf-8")
    return {"PYTHONPATH": os.pathsep.join((str(folder), str(ROOT))), VARIABLE: str(folder)}


def came(folder: Path) -> int:
    """How many of the moments came."""
    return len(list(folder.glob("came-*")))


def install() -> None:
    """Makes this process one that dies at its moments, and that says to websites which process it is."""
    os.environ["GONGKAI_CONTACT"] = f"process {os.getpid()}"
    folder = Path(os.environ[VARIABLE])
    moments = [Moment(**one) for one in json.loads((folder / "moments.json").read_text("utf-8"))]
    mine = [(at, one) for at, one in enumerate(moments) if one.verb in sys.orig_argv]
    if mine:
        sys.meta_path.insert(0, _Finder(folder, mine))
    if os.environ.get(SHORT_LEASES):
        from storage import leases  # here: what moments are in is imported after the finder is there
        from tests.storage.leasing import SHORT

        vars(leases).update(SHORT)


class _Finder(MetaPathFinder):
    """Finds the modules that moments are in as ever, and changes them once they are there."""

    def __init__(self, folder: Path, moments: Sequence[tuple[int, Moment]]) -> None:
        self._folder = folder
        self._moments = moments

    def find_spec(self, name: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        wanted = [pair for pair in self._moments if pair[1].function.partition(":")[0] == name]
        spec = PathFinder.find_spec(name, path) if wanted else None
        if spec is not None and spec.loader is not None:
            spec.loader = _Changed(spec.loader, self._folder, wanted)
        return spec


class _Changed(Loader):
    """Another loader, and then the change."""

    def __init__(self, inner: Loader, folder: Path, moments: Sequence[tuple[int, Moment]]) -> None:
        self._inner = inner
        self._folder = folder
        self._moments = moments

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._inner.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._inner.exec_module(module)
        for number, moment in self._moments:
            *above, name = moment.function.partition(":")[2].split(".")
            owner: Any = module
            for step in above:
                owner = getattr(owner, step)
            found = owner.__dict__[name]
            raw = found.__func__ if isinstance(found, classmethod) else found
            changed: Any = _deadly(raw, self._folder, number, moment)
            setattr(owner, name, classmethod(changed) if isinstance(found, classmethod) else changed)


def _deadly(function: Callable[..., Any], folder: Path, number: int, moment: Moment) -> Callable[..., Any]:
    calls = 0

    def come() -> None:
        if came(folder) == number:
            (folder / f"came-{number}").touch(exist_ok=False)
            _kill(moment)

    @wraps(function)
    def called(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        due = calls == moment.time
        if due and moment.when == "before":
            come()
        result = function(*given, **named)
        if due and moment.when == "after":
            come()
        return result

    return called


def _kill(moment: Moment) -> None:
    me = os.getpid()
    if moment.victims == "both":
        scheduler = me if moment.verb == "schedule" else os.getppid()
        for pid in {scheduler, *_jobs_of(scheduler)} - {me}:
            os.kill(pid, signal.SIGKILL)
    os.kill(me, signal.SIGKILL)


def _jobs_of(scheduler: int) -> list[int]:
    children = Path(f"/proc/{scheduler}/task/{scheduler}/children").read_text("ascii").split()
    return [int(pid) for pid in children]
