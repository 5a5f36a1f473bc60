"""Looks at this machine: its disks, the spool, Python and the packages."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from rich.filesize import decimal

from crawler.doctor.model import Check, Patient, State
from storage.room import Room, size_in_bytes, used

ROOM = 2 * 2**30
"""Bytes below which a disk is called nearly full: some days of a province's reports."""
TIGHT = 2**28
"""Bytes below which it is called full: a crawl's spool, ledger and a converted document need as much."""
NETWORK = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "lustre",
    "glusterfs",
    "beegfs",
    "ncpfs",
}
"""File systems of other machines, whose locks and fsync keep less than a spool needs."""
FULL = 0.8
"""The share of its limit from which the spool is worth a word."""


def state_folder(patient: Patient) -> Iterator[Check]:
    """Writable, local, with room."""
    there = existing(patient.state)
    remedy = "Set state in the configuration (or GONGKAI_STATE) to a folder on a local disk."
    try:
        with tempfile.NamedTemporaryFile(dir=there, prefix=".doctor-") as probe:
            probe.write(b"x")
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        yield Check("state-folder", "failure", f"{there} cannot be written: {error.strerror}", remedy)
        return
    kind = file_system(there)
    if kind in NETWORK or kind.startswith("fuse."):
        yield Check("state-folder", "warning", f"{patient.state} lies on a network disk ({kind})", remedy)
        return
    if kind in ("tmpfs", "ramfs"):
        what = f"{patient.state} lies in memory ({kind}): what waits for the store is lost with the power"
        yield Check("state-folder", "warning", what, remedy)
        return
    yield _room("state-folder", patient.state, remedy)


def spool(patient: Patient) -> Iterator[Check]:
    """What waits, what is damaged, how much of the limit is taken."""
    from storage.leftovers import waiting
    from storage.spool import ASIDE

    folder = patient.state / "spool"
    left = [one for one in waiting(patient.state) if not one.living]
    drain = "Type: gongkai spool drain"
    if left:
        sites = ", ".join(sorted({one.site for one in left})[:5])
        captures = sum(one.captures for one in left)
        yield Check("spool", "warning", f"{captures} captures of {sites} wait for the archive", drain)
    aside = [path for path in (patient.state / ASIDE).rglob("*") if path.is_file()]
    if aside:
        yield Check(
            "spool", "warning", f"{len(aside)} damaged parts of spools lie in {patient.state / ASIDE}",
            "Check the disk; the pages in them are fetched again. Then take the folder away.",
        )  # fmt: skip
    room, taken = Room(folder), used(folder)
    if taken > FULL * size_in_bytes(room.setting):
        yield Check("spool", "warning", f"{decimal(taken)} of {room.setting} are taken", drain)
    elif not left and not aside:
        yield Check("spool", "ok", f"nothing waits; the limit is {room.setting}")


def archive_disk(patient: Patient) -> Iterator[Check]:
    """Of an archive in a folder."""
    from storage.store import address

    place = address(patient.archive)
    if not place.startswith("file:"):
        yield Check("archive-disk", "ok", "the archive is in a bucket")
        return
    from urllib.parse import unquote, urlsplit

    folder = Path(unquote(urlsplit(place).path))
    yield _room("archive-disk", folder, "Free some, or move the archive: gongkai copy FROM TO.")


def _room(code: str, folder: Path, remedy: str) -> Check:
    disk = shutil.disk_usage(existing(folder))
    state: State = "failure" if disk.free < TIGHT else "warning" if disk.free < ROOM else "ok"
    what = f"{folder}: {decimal(disk.free)} of {decimal(disk.total)} are free"
    return Check(code, state, what, "" if state == "ok" else remedy)


def existing(path: Path) -> Path:
    """The folder, or the nearest above it that is there."""
    # Path.exists raises where a folder above may not be looked into.
    return next((one for one in (path, *path.parents) if os.path.exists(one)), Path("/"))  # noqa: PTH110


def file_system(path: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """The kind of file system that a path lies on, "" where the system does not say."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    within, kind = "", ""
    real = path.resolve()
    for line in lines:
        _, place, found, *_ = line.split(" ")
        place = place.replace("\\040", " ")
        if real.is_relative_to(place) and len(place) >= len(within):
            within, kind = place, found
    return kind


def time_zone(patient: Patient) -> Iterator[Check]:
    """Deadlines and schedules are in the time of the offices that publish."""
    try:
        offset = patient.now.astimezone(ZoneInfo("Asia/Shanghai")).utcoffset()
    except ZoneInfoNotFoundError:
        offset = None
    if offset is not None and offset.total_seconds() == 8 * 3600:
        yield Check("time-zone", "ok", "Asia/Shanghai is eight hours before UTC")
    else:
        yield Check(
            "time-zone", "failure", "the zone database does not know Asia/Shanghai, or knows it wrong",
            "Install the package tzdata: pip install --force-reinstall tzdata",
        )  # fmt: skip


def python(patient: Patient) -> Iterator[Check]:
    """The interpreter, against what the package asks for."""
    version = ".".join(map(str, sys.version_info[:3]))
    wanted = metadata.metadata("gongkai")["Requires-Python"]
    if SpecifierSet(wanted).contains(version):
        yield Check("python", "ok", f"Python {version}, gongkai {metadata.version('gongkai')}")
    else:
        yield Check("python", "failure", f"Python {version}; {wanted} is needed", "Install a newer Python.")


def packages(patient: Patient) -> Iterator[Check]:
    """What pyproject.toml asks for; extras are looked at as tools."""
    needed = [Requirement(line) for line in metadata.requires("gongkai") or ()]
    wrong = [
        found
        for one in needed
        if (one.marker is None or one.marker.evaluate({"extra": ""})) and (found := unmet(one))
    ]
    if wrong:
        yield Check(
            "packages", "failure", "; ".join(wrong),
            "Install what the lock file pins: pip install --no-deps --require-hashes -r requirements.lock",
        )  # fmt: skip
    else:
        yield Check("packages", "ok", f"{len(needed)} looked at")


def unmet(needed: Requirement) -> str:
    """What is wrong about an installed package; "" if nothing is."""
    try:
        version = metadata.version(needed.name)
    except metadata.PackageNotFoundError:
        return f"{needed.name} is missing"
    if needed.specifier.contains(version, prereleases=True):
        return ""
    return f"{needed.name} is {version}, not {needed.specifier}"
