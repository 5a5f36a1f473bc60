"""What runs left in this machine's state folder, and the locks that keep a site to one process.

Knows nothing of stores: that the store is away is when one wants to know.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from storage.disk import disk_errors, make_folder
from storage.errors import SiteBusy
from storage.keys import check_lease
from storage.spool import RECORD, slots

_REMEDY = "set GONGKAI_STATE to another folder"


@dataclass(frozen=True, slots=True)
class Spooled:
    """What the spool of one run holds."""

    site: str
    run: str
    captures: int
    """Of a living run some of them may be in the archive already."""
    size: int
    """In bytes."""
    living: bool
    """Whether a process of this machine is at the site just now, and will bring them in itself."""
    record: bool
    """Whether the run's record waits, too: it ended in order, and the store was away."""


def waiting(state: Path) -> list[Spooled]:
    """What waits in the state folder of an archive, by site and run."""
    found = []
    for folder in sorted(path for path in (state / "spool").glob("*/*") if path.is_dir()):
        site, run = folder.parent.name, folder.name
        with disk_errors(folder, _REMEDY):
            sizes = [slot.size for slot in slots(folder) if slot.head]
            recorded = (folder / RECORD).exists()
        found.append(Spooled(site, run, len(sizes), sum(sizes), _is_held(state, site), recorded))
    return found


def lock_site(state: Path, site: str, url: str, patience: float = 0) -> FileLock:
    """The lock of a site, or of another lease's name, on this machine.

    Raises `SiteBusy` where another holds it for `patience` seconds.
    """
    path = state / "locks" / f"{check_lease(site)}.lock"
    with disk_errors(path, _REMEDY):
        make_folder(path.parent)
        lock = FileLock(path, thread_local=False)
        try:
            lock.acquire(timeout=patience)
        except Timeout as error:
            doing = f"at the job {site} of" if site.startswith("_") else f"crawling {site} into"
            raise SiteBusy(f"Another process is {doing} {url}: wait until it ends.") from error
    return lock


def _is_held(state: Path, site: str) -> bool:
    try:
        lock_site(state, site, "").release()
    except SiteBusy:
        return True
    return False
