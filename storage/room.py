"""How much the spools of an archive may hold on this machine: GONGKAI_SPOOL_LIMIT."""

from __future__ import annotations

import os
import re
import shutil
import threading
from pathlib import Path
from time import monotonic

from storage.errors import ArchiveUnusable

SETTING = "GONGKAI_SPOOL_LIMIT"
DEFAULT = "10 GiB"
_SECONDS = 1.0
"""The folder is looked at no more often than this; in between what this process adds is counted."""
_SIZE = re.compile(r"(\d{1,9}(?:\.\d{1,3})?) ?([kKMGT]i?B|B)", re.ASCII)
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


class Room:
    """What is left of the limit, counted over all spools in a folder, whoever wrote them."""

    def __init__(self, folder: Path) -> None:
        """Raises `ArchiveUnusable` where the setting is no size."""
        self.folder = folder
        self.said = os.environ.get(SETTING) or DEFAULT
        self.limit = size_in_bytes(self.said)
        self._lock = threading.Lock()
        self._used = 0
        self._looked = float("-inf")

    def took(self, size: int) -> None:
        """An entry of that many bytes was added."""
        with self._lock:
            self._used += size

    def left(self) -> int:
        """Bytes that may still be added; less than 0 where the limit has been passed."""
        with self._lock:
            if monotonic() - self._looked > _SECONDS:
                self._used, self._looked = used(self.folder), monotonic()
            return self.limit - self._used

    def free(self) -> int:
        """Bytes that may still be added and that the disk has room for."""
        return max(0, min(self.left(), shutil.disk_usage(self.folder).free))


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
