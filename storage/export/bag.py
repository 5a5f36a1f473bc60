"""An archive's objects, or those of some sites, as a BagIt 1.0 bag (RFC 8493).

The payload is the archive itself: `data/` has its layout, so that it opens as an archive. A bag is
made beside the goal and takes its place when it is whole. What never changes is taken over from the bag
that stood there, hard-linked, its digests with it: making a bag again costs what is new. Memory does
not grow with the archive, except by one digest for each body of the sites asked for.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from storage.archive import Archive
from storage.disk import disk_errors, make_folder, sync_folder
from storage.errors import ArchiveUnusable, Damaged, NothingThere
from storage.keys import ARCHIVE_KEY, captures_prefix, place, raw_key, reports_prefix, runs_prefix
from storage.seal import unsealed

ALGORITHMS = ("sha256", "sha512")
_DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_IMMUTABLE = ("raw/", "captures/", "runs/")
_REMEDY = "name another folder"


@dataclass
class Bagged:
    """What is in the bag."""

    objects: int = 0
    bytes: int = 0
    taken_over: int = 0
    """Objects that the bag before had already."""


def write_bag(
    archive: Archive,
    sites: Sequence[str],
    goal: Path,
    today: date,
    progress: Callable[[Bagged], None] = lambda _: None,
) -> Bagged:
    """Makes the bag `goal` of the sites' objects (none named: of the whole archive), or makes it anew.

    Raises `NothingThere` where the archive has nothing of a site, `NotFound` where it lacks a body that its
    journal names, `Damaged` where an object is not what its key says, `ArchiveUnusable` where `goal` is
    no bag or the disk refuses.
    """
    goal = goal.absolute()
    fresh, before = (goal.with_name(f".{goal.name}.{suffix}") for suffix in ("new", "before"))
    with disk_errors(goal, _REMEDY):
        make_folder(goal.parent)
        if before.exists() and not goal.exists():
            before.rename(goal)  # a process died between the two renames below
        if goal.exists() and not (goal / "bagit.txt").is_file():
            raise ArchiveUnusable(f"{goal} is there and is no bag: {_REMEDY}.")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(before, ignore_errors=True)
        fresh.mkdir()
        try:
            bagged = _payload(archive, sites, fresh, goal, progress)
            _tags(archive, sites, fresh, bagged, today)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        os.sync()  # once, not a million times; a bag that a power cut spoilt all the same says so itself
        if goal.exists():
            goal.rename(before)
        fresh.rename(goal)
        sync_folder(goal.parent)
        shutil.rmtree(before, ignore_errors=True)
    return bagged


def _payload(
    archive: Archive, sites: Sequence[str], fresh: Path, goal: Path, progress: Callable[[Bagged], None]
) -> Bagged:
    """`data/` and its manifests."""
    bagged = Bagged()
    known = _Manifests(goal)
    files = [
        (fresh / f"manifest-{name}.txt").open("w", encoding="utf-8", newline="\n") for name in ALGORITHMS
    ]
    try:
        for key in _keys(archive, sites):
            path = fresh / "data" / key
            path.parent.mkdir(parents=True, exist_ok=True)
            digests = known.digests(key) if key.startswith(_IMMUTABLE) else None
            if digests is None or not _link(goal / "data" / key, path):
                digests = _write(archive, key, path)
            else:
                bagged.taken_over += 1
            for file, digest in zip(files, digests, strict=True):
                file.write(f"{digest}  data/{key}\n")
            bagged.objects += 1
            bagged.bytes += path.stat().st_size
            progress(bagged)
    finally:
        for file in files:
            file.close()
        known.close()
    return bagged


def _tags(archive: Archive, sites: Sequence[str], fresh: Path, bagged: Bagged, today: date) -> None:
    """bagit.txt, bag-info.txt, and the manifests of all that is not payload."""
    information = {
        "Bagging-Date": today.isoformat(),
        "Bag-Software-Agent": f"gongkai {version('gongkai')}",
        "External-Identifier": archive.identity,
        "External-Description": "Gongkai archive" + (f" of {', '.join(sites)}" if sites else ""),
        "Payload-Oxum": f"{bagged.bytes}.{bagged.objects}",
    }
    (fresh / "bagit.txt").write_bytes(_DECLARATION)
    (fresh / "bag-info.txt").write_bytes("".join(f"{k}: {v}\n" for k, v in information.items()).encode())
    named = ("bag-info.txt", "bagit.txt", *(f"manifest-{algorithm}.txt" for algorithm in ALGORITHMS))
    for algorithm in ALGORITHMS:
        lines = []
        for name in named:
            with (fresh / name).open("rb") as file:
                lines.append(f"{hashlib.file_digest(file, algorithm).hexdigest()}  {name}\n")
        (fresh / f"tagmanifest-{algorithm}.txt").write_bytes("".join(lines).encode())


class _Manifests:
    """The manifests of the bag before, read side by side as their sorted keys are asked for."""

    def __init__(self, bag: Path) -> None:
        paths = [bag / f"manifest-{name}.txt" for name in ALGORITHMS]
        self._files = [p.open(encoding="utf-8") for p in paths] if all(p.is_file() for p in paths) else []
        self._next = self._read()

    def digests(self, key: str) -> list[str] | None:
        """The key's digests, one for each algorithm; None where that bag lacks it."""
        while self._next is not None and self._next[0] < key:
            self._next = self._read()
        return self._next[1] if self._next is not None and self._next[0] == key else None

    def close(self) -> None:
        """Closes the files."""
        for file in self._files:
            file.close()

    def _read(self) -> tuple[str, list[str]] | None:
        rows = [file.readline().rstrip("\n").partition("  data/") for file in self._files]
        keys = {key for _, _, key in rows}
        if len(keys) != 1 or "" in keys:
            return None  # its end, or manifests of another hand: then everything is read anew
        return keys.pop(), [digest for digest, _, _ in rows]


def _keys(archive: Archive, sites: Sequence[str]) -> Iterator[str]:
    """What belongs into the bag, sorted; what lies in the archive and is no key of it does not."""
    if not sites:
        yield from filter(_is_key, archive.store.list())
        return
    bodies: set[str] = set()
    for site in sites:
        seen = False
        for capture in archive.captures(site):
            seen = True
            if capture.sha256 is not None:
                bodies.add(capture.sha256)
        if not seen:
            raise NothingThere(f"{archive.url} has no captures of {site}.")
    ordered = sorted(set(sites), key=lambda site: f"{site}/")  # as their keys are
    yield ARCHIVE_KEY
    for site in ordered:
        yield from filter(_is_key, archive.store.list(captures_prefix(site)))
    for key in archive.store.list("parses/"):
        if _is_key(key) and key.rpartition("/")[2].removesuffix(".json") in bodies:
            yield key
    yield from map(raw_key, sorted(bodies))
    for prefix in (reports_prefix, runs_prefix):
        for site in ordered:
            yield from filter(_is_key, archive.store.list(prefix(site)))


def _is_key(key: str) -> bool:
    return place(key) is not None


def _write(archive: Archive, key: str, path: Path) -> list[str]:
    """An object's bytes into the file; their digests."""
    data = archive.store.get(key)
    digests = [hashlib.new(algorithm, data).hexdigest() for algorithm in ALGORITHMS]
    name = key.rpartition("/")[2]
    if key.startswith(_IMMUTABLE) and digests[0] not in name:
        raise Damaged(f"{key} in {archive.url} is not what its name says. No bag was made.")
    if key.startswith("parses/"):
        unsealed(key, data)
    path.write_bytes(data)
    return digests


def _link(source: Path, path: Path) -> bool:
    try:
        os.link(source, path)
    except OSError:
        return False  # not there, or a file system without hard links: the archive has it
    return True
