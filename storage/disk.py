"""Folders and files of this machine, written so that they outlive a crash, and their errors as sentences.

The one place that knows what an errno means to a person. It knows nothing of archives.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.errors import ArchiveUnusable

_FULL = {errno.ENOSPC, errno.EDQUOT}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_FOLDER = {errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ELOOP}


@contextmanager
def disk_errors(path: Path, remedy: str) -> Iterator[None]:
    """Turn what the system refuses at `path` into `ArchiveUnusable`; `remedy` says how to go elsewhere."""
    try:
        yield
    except OSError as error:
        raise ArchiveUnusable(_sentence(error, path, remedy)) from error


def _sentence(error: OSError, path: Path, remedy: str) -> str:
    where = f"{path} ({error.strerror or error})"
    if error.errno in _FULL:
        return f"No space is left at {where}. Free some and start again: nothing half-written was kept."
    if error.errno in _REFUSED:
        return f"This user may not write to {where}. Give it access, or {remedy}."
    if error.errno in _NO_FOLDER:
        return f"There is a file where a folder should be: {where}. Move it away, or {remedy}."
    return f"The disk failed at {where}. Check it, or {remedy}."


def make_folder(path: Path) -> None:
    """Make `path` and its missing parents, each of them durable in the folder above it."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the names in the folder durable."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
