"""How much the spools of an archive may hold on this machine: GONGKAI_SPOOL_LIMIT, and what the disk has."""

from __future__ import annotations

import os
import re
import shutil
import threading
from pathlib import Path
from time import monotonic

from storage.disk import disk_errors
from storage.errors import ArchiveUnusable

SETTING = "GONGKAI_SPOOL_LIMIT"
DEFAULT = "10 GiB"
_RESERVE = 64 * 2**20
"""Bytes of the disk that are left for ledger and run record; of a small disk a twentieth."""
_SECONDS = 1.0
"""The disk is looked at no more often than this; in between what this process adds is counted."""
_SIZE = re.compile(r"(\d{1,9}(?:\.\d{1,3})?) ?([kKMGT]i?B|B)", re.ASCII)
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


class Room:
    """What is left for the spools in a folder, whoever wrote them."""

    def __init__(self, folder: Path) -> None:
        """Raises `ArchiveUnusable` where the setting is no size."""
        self.folder = folder
        self.setting = os.environ.get(SETTING) or DEFAULT
        self._limit = spool_limit()
        self._lock = threading.Lock()
        self._left = self._free = 0
        self._looked = float("-inf")

    def took(self, size: int) -> None:
        """An entry of that many bytes was added."""
        with self._lock:
            self._left -= size
            self._free -= size

    def left(self) -> int:
        """Bytes that may still be added, 0 where there is no room."""
        self._look()
        return max(0, min(self._left, self._free))

    def why_full(self) -> str:
        """What the spools have come up against."""
        if self._left <= 0:
            return f"the spool {self.folder} has reached its limit of {self.setting}"
        return f"the disk under the spool {self.folder} is full but for a small reserve"

    def _look(self) -> None:
        with self._lock:
            if monotonic() - self._looked > _SECONDS:
                with disk_errors(self.folder, "set GONGKAI_STATE to another folder"):
                    disk = shutil.disk_usage(self.folder)
                    self._left = self._limit - used(self.folder)
                self._free = disk.free - min(_RESERVE, disk.total // 20)
                self._looked = monotonic()


def spool_limit() -> int:
    """Bytes that the spools of an archive may hold; raises `ArchiveUnusable` where the setting is no size."""
    return size_in_bytes(os.environ.get(SETTING) or DEFAULT)


def used(folder: Path) -> int:
    """Bytes of the spools in a folder."""
    total = 0
    for path in folder.glob("*/*/*.part"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue  # it has just been brought in
    return total


def size_in_bytes(text: str) -> int:
    """What "500 MB", "2GiB" or "0.5 TB" is in bytes; raises `ArchiveUnusable`."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise ArchiveUnusable(
            f'{SETTING} is {text!r}, which is no size: write it like "{DEFAULT}" or "500 MB".'
        )
    unit = found[2].removesuffix("B")
    return int(float(found[1]) * (1024 if unit.endswith("i") else 1000) ** _POWERS[unit[:1].upper()])
