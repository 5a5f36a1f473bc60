"""What a disk may hold after a power cut, made from the calls that wrote it: the model, and its matrix.

What was fsynced is there, and names whose folder was fsynced; of the rest anything may be there or not.
For every moment between two calls the disk is made as it may be then: with nothing else than that
("least"), with all names and none of the bytes ("names"), all bytes and none of the names ("bytes"),
and with a choice by chance, torn writes included ("some"). SQLite's files take part, and once more
are thrown away whole. What only maps into memory (`-shm`) is never there.
"""

from __future__ import annotations

import os
import random
import shutil
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Literal

from tests.crashes.checking import left, whole
from tests.crashes.matrix import Tally, tried
from tests.crashes.subjects import Place
from tests.crashes.tracing import ACKNOWLEDGE, Call, Decision, Tracer

if TYPE_CHECKING:
    from tests.crashes.matrix import Matrix

Survives = Literal["least", "names", "bytes", "some", "all"]
CHOICES: tuple[Survives, ...] = ("least", "names", "bytes", "some")
WHOLE_EVERY = 5
"""After so many states one more is not only recovered but crawled into, published and verified."""


@dataclass(slots=True, eq=False)
class File:
    """A file's bytes as they are, as they surely are on the disk, and the writes in between."""

    now: bytearray = field(default_factory=bytearray)
    synced: bytes = b""
    since: list[tuple[int, bytes | None]] = field(default_factory=list)
    """Offset and bytes; None: cut off there."""

    def write(self, offset: int, data: bytes | None) -> None:
        """One write, or cut."""
        _write(self.now, offset, data)
        self.since.append((offset, data))

    def sync(self, writes: int) -> None:
        """An fsync that began when so many writes were outstanding has ended."""
        on_disk = bytearray(self.synced)
        for offset, data in self.since[:writes]:
            _write(on_disk, offset, data)
        self.synced, self.since = bytes(on_disk), self.since[writes:]

    def after(self, survives: Survives, chance: random.Random) -> bytes:
        """What a power cut may leave of it."""
        if survives in ("least", "names"):
            return self.synced
        if survives in ("bytes", "all"):
            return bytes(self.now)
        left = bytearray(self.synced)
        for offset, data in self.since:
            if chance.random() < 0.5:
                torn = (
                    data if data is None or chance.random() < 0.7 else data[: chance.randrange(len(data) + 1)]
                )
                _write(left, offset, torn)
        return bytes(left)


@dataclass(slots=True, eq=False)
class Folder:
    """A folder's names as they are, and as they surely are on the disk."""

    now: dict[str, File | Folder] = field(default_factory=dict)
    synced: dict[str, File | Folder] = field(default_factory=dict)

    def after(self, survives: Survives, chance: random.Random) -> dict[str, File | Folder]:
        """What a power cut may leave of it."""
        if survives in ("least", "bytes"):
            return self.synced
        if survives in ("names", "all"):
            return self.now
        left = dict(self.synced)
        for name in self.now.keys() | self.synced.keys():
            if self.now.get(name) is not self.synced.get(name) and chance.random() < 0.5:
                if name in self.now:
                    left[name] = self.now[name]
                else:
                    del left[name]
        return left


Image = tuple[tuple[str, bytes | None], ...]
"""Relative paths, sorted, with bytes; None: a folder."""


class Disk:
    """All that is below one folder, which itself is there and durable. Fed with a `Tracer`'s calls."""

    def __init__(self, root: Path, outlives: str = "") -> None:
        """`outlives`: a name at the top that no power cut touches."""
        self._root = root
        self._outlives = outlives
        self._inodes: dict[int, File] = {}
        self._begun: dict[int, tuple[File | Folder, int, dict[str, File | Folder]]] = {}
        self._top = self._load(root)

    def begin(self, call: Call) -> None:
        """A call is about to happen: an fsync vouches for what was there when it began."""
        if call.name in ("fsync", "fdatasync"):
            assert call.path is not None
            found = self._find(call.path)
            target = found if isinstance(found, Folder) else self._inodes.get(call.inode)
            if isinstance(target, File):
                self._begun[id(call)] = target, len(target.since), {}
            elif target is not None:
                self._begun[id(call)] = target, 0, dict(target.now)

    def end(self, call: Call) -> None:
        """It has happened."""
        path, name = call.path, call.name
        if path is None:
            return
        if name in ("fsync", "fdatasync"):
            target, writes, names = self._begun.pop(id(call), (None, 0, {}))
            if isinstance(target, File):
                target.sync(writes)
            elif target is not None:
                target.synced = names
        elif name == "openat":
            self._open(call, path)
        elif name in ("write", "pwrite64"):
            assert call.offset is not None
            self._inodes[call.inode].write(call.offset, call.data)
        elif name == "ftruncate":
            self._inodes[call.inode].write(call.size, None)
        elif name in ("mkdir", "mkdirat"):
            self._above(path).now[path.name] = Folder()
        elif name in ("unlink", "unlinkat", "rmdir"):
            self._above(path).now.pop(path.name, None)
        elif name in ("link", "linkat"):
            assert call.source is not None
            linked = self._inodes[call.inode] if call.inode else self._find(call.source)
            assert linked is not None
            self._above(path).now[path.name] = linked
        elif name in ("rename", "renameat", "renameat2"):
            assert call.source is not None
            self._above(path).now[path.name] = self._above(call.source).now.pop(call.source.name)
        elif name not in ("chmod", "fchmod", "fchmodat"):
            raise AssertionError(f"the model of the disk knows no {name}")

    def image(self, survives: Survives, chance: random.Random, *, ledger: bool) -> Image:
        """The disk after a power cut; with `ledger` SQLite's files are left to it like all others."""
        found: list[tuple[str, bytes | None]] = []
        self._walk(self._top, "", survives, chance, ledger, found)
        return tuple(sorted(found))

    def _walk(
        self,
        folder: Folder,
        above: str,
        survives: Survives,
        chance: random.Random,
        ledger: bool,
        found: list[tuple[str, bytes | None]],
    ) -> None:
        left = dict(folder.after(survives, chance))
        if above == "" and self._outlives in folder.now:
            left[self._outlives] = folder.now[self._outlives]
        for name in sorted(left):
            entry, path = left[name], f"{above}{name}"
            if isinstance(entry, Folder):
                found.append((path, None))
                below: Survives = "all" if path == self._outlives else survives
                self._walk(entry, f"{path}/", below, chance, ledger, found)
            elif not name.endswith("-shm") and (ledger or ".sqlite" not in name):
                found.append((path, entry.after(survives, chance)))

    def _open(self, call: Call, path: Path) -> None:
        if call.size & os.O_TMPFILE == os.O_TMPFILE:
            self._inodes[call.inode] = File()
            return
        above = self._above(path)
        known = above.now.get(path.name)
        if known is None:
            known = above.now[path.name] = File()
        assert isinstance(known, File)
        self._inodes[call.inode] = known
        if call.size & os.O_TRUNC and known.now:
            known.write(0, None)

    def _load(self, folder: Path) -> Folder:
        """What is there already, and durable."""
        loaded = Folder()
        for path in folder.iterdir():
            if path.is_dir():
                loaded.now[path.name] = self._load(path)
            else:
                data = path.read_bytes()
                loaded.now[path.name] = self._inodes[path.stat().st_ino] = File(bytearray(data), data)
        loaded.synced = dict(loaded.now)
        return loaded

    def _above(self, path: Path) -> Folder:
        found = self._find(path.parent)
        assert isinstance(found, Folder), path
        return found

    def _find(self, path: Path) -> File | Folder | None:
        at: File | Folder | None = self._top
        for name in path.relative_to(self._root).parts:
            at = at.now.get(name) if isinstance(at, Folder) else None
        return at


def power(matrix: Matrix, numbers: list[int], seed: int, *, kills: list[int], outlives: str = "") -> Tally:
    """Every state that a power cut before one of these calls may leave, each once, is recovered.

    `kills`: calls at which an earlier try was killed, the disk going on as that left it; 0: there was none.
    `outlives`: a name at the top of the place that is another machine's disk, and keeps everything.
    """
    tally, began = Tally("power cuts"), monotonic()
    states: dict[Image, tuple[str, list[str]]] = {}
    for killed in kills:
        _collect(matrix, tally, states, set(numbers), random.Random(seed), killed, outlives)
    place = matrix.place()
    for number, (image, (where, acknowledged)) in enumerate(states.items()):
        _materialise(image, place)
        wrong = tried(partial(left, place, acknowledged))
        if not wrong and number % WHOLE_EVERY == 0:
            again = Tracer(()).run(partial(matrix.work, place))
            wrong = [f"the restart ended with {again.code}: {again.said[-1500:]}"] if again.code else []
            wrong += tried(partial(whole, place, matrix.undisturbed, acknowledged + again.acknowledged))
        for one in wrong:
            tally.wrong.append(f"power cut before {where}: {one}")
            matrix.say(f"WRONG {tally.wrong[-1]}")
        if number % 200 == 199:
            matrix.say(f"  power cuts: {number + 1} of {len(states)} states, {len(tally.wrong)} wrong")
    tally.what = f"power cuts, {len(states)} states of the disk"
    tally.seconds = monotonic() - began
    return tally


def _collect(
    matrix: Matrix,
    tally: Tally,
    states: dict[Image, tuple[str, list[str]]],
    wanted: set[int],
    chance: random.Random,
    killed: int,
    outlives: str,
) -> None:
    """One visit, with what the disk may hold after a power cut before each of its calls."""
    place = matrix.place()
    disk = Disk(place.folder, outlives)
    acknowledged: list[str] = []

    def decide(call: Call) -> Decision:
        if call.number in wanted:
            tally.points += 1
            tally.calls[call.name] += 1
            for survives in CHOICES:
                for ledger in (True, False):
                    image = disk.image(survives, chance, ledger=ledger)
                    # The same state later on is the stricter one: more had been acknowledged by then.
                    after = f" after SIGKILL at call {killed}" if killed else ""
                    where = f"{call}{after}, {survives}{'' if ledger else ', no ledger'}"
                    states[image] = where, list(acknowledged)
        disk.begin(call)
        return None

    def kill(call: Call) -> Decision:
        disk.begin(call)
        return "kill" if call.number == killed else None

    def done(call: Call) -> None:
        if call.descriptor == ACKNOWLEDGE:
            acknowledged.extend(call.data.decode().split())
        else:
            disk.end(call)

    for decision in (kill, decide) if killed else (decide,):
        Tracer((place.folder,), decide=decision, done=done).run(partial(matrix.work, place))


def _materialise(image: Image, place: Place) -> None:
    shutil.rmtree(place.folder, ignore_errors=True)
    place.folder.mkdir()
    for name, data in image:
        if data is None:
            (place.folder / name).mkdir(parents=True, exist_ok=True)
        else:
            (place.folder / name).write_bytes(data)


def _write(data: bytearray, offset: int, piece: bytes | None) -> None:
    if piece is None:
        del data[offset:]
        data.extend(bytes(offset - len(data)))
    else:
        data.extend(bytes(max(0, offset - len(data))))
        data[offset : offset + len(piece)] = piece
