"""A store in a folder of this machine.

A file appears under its name complete and durable or not at all: written without a name (or, where
the file system cannot do that, under one that starts with a dot), fsynced, linked without
overwriting, the folder fsynced, read back and compared. Names that start with a dot are not listed.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from storage.disk import disk_errors, make_folder, sync_folder
from storage.errors import Damaged, NotFound
from storage.keys import ARCHIVE_KEY, IMMUTABLE, check_key

_REMEDY = "choose another folder with --archive or GONGKAI_ARCHIVE"
_NO_UNNAMED_FILES = {errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT}
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS}
_READ_ONLY = 0o444
_WRITABLE = 0o644


class LocalStore:
    """A folder; `Store` says what each method promises."""

    local = True

    def __init__(self, folder: Path, *, create: bool = True) -> None:
        self.folder = folder.resolve()
        self.url = self.folder.as_uri()
        self._durable = {self.folder}
        with self._errors(self.folder):
            if create:
                make_folder(self.folder)
            if self.folder.exists():
                os.scandir(self.folder).close()

    def put(self, key: str, data: bytes) -> None:
        path = self._path(key)
        with self._errors(path), self._open_folder(path.parent) as folder:
            with _written(folder, data, _mode(key)) as temporary:
                _link(temporary, path.name, folder)
            # Also where the name was taken: whoever linked that file may have died before this line.
            os.fsync(folder)
            self._compare(path, data)

    def replace(self, key: str, data: bytes) -> None:
        path = self._path(key)
        with self._errors(path), self._open_folder(path.parent) as folder:
            with _written(folder, data, _mode(key)) as temporary:
                if temporary.startswith("/"):
                    named = _temporary_name()
                    _link(temporary, named, folder)
                    temporary = named
                os.replace(temporary, path.name, src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)
            self._compare(path, data)

    def get(self, key: str) -> bytes:
        path = self._path(key)
        with self._errors(path):
            try:
                return path.read_bytes()
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
                raise NotFound(f"{key} is not in {self.url}") from error

    def exists(self, key: str) -> bool:
        path = self._path(key)
        with self._errors(path):
            return path.is_file()

    def modified(self, key: str) -> datetime:
        path = self._path(key)
        with self._errors(path):
            try:
                return datetime.fromtimestamp(path.stat().st_mtime, UTC)
            except (FileNotFoundError, NotADirectoryError) as error:
                raise NotFound(f"{key} is not in {self.url}") from error

    def remove(self, key: str) -> None:
        path = self._path(key)
        with self._errors(path):
            try:
                path.unlink()
            except FileNotFoundError:
                return
            with self._open_folder(path.parent) as folder:
                os.fsync(folder)

    def list(self, prefix: str = "") -> Iterator[str]:
        above, slash, _ = prefix.rpartition("/")
        with self._errors(self.folder):
            yield from _keys(self.folder / above, above + slash, prefix)

    def close(self) -> None:
        """Nothing is held open."""

    def _path(self, key: str) -> Path:
        return self.folder / check_key(key)

    @contextmanager
    def _open_folder(self, path: Path) -> Iterator[int]:
        """The folder, made where it is missing, as a file descriptor."""
        if path not in self._durable or not path.is_dir():
            make_folder(path)
            # Also where it was there already: whoever made it may have died before it was durable.
            for folder in (path, *path.parents):
                if folder == self.folder:
                    break
                sync_folder(folder.parent)
            self._durable.add(path)
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _compare(self, path: Path, data: bytes) -> None:
        if path.read_bytes() != data:
            raise Damaged(
                f"{path} holds other bytes than were to be kept there. They were left alone: check the disk."
            )

    @contextmanager
    def _errors(self, path: Path) -> Iterator[None]:
        with disk_errors(path, _REMEDY):
            yield


@contextmanager
def _written(folder: int, data: bytes, mode: int) -> Iterator[str]:
    """What `os.link` takes as the source of a new file in `folder` that holds `data`, fsynced.

    The file has no name, so that not even SIGKILL leaves one behind; a file system that cannot do that
    (NFS, older overlays, other systems than Linux) gets a name that `list` passes over.
    """
    name = None
    try:
        file = os.open(".", getattr(os, "O_TMPFILE", 0) | os.O_WRONLY, mode, dir_fd=folder)
    except OSError as error:
        if error.errno not in _NO_UNNAMED_FILES:
            raise
        name = _temporary_name()
        file = os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode, dir_fd=folder)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(file, rest) :]
        os.fsync(file)
        yield name or f"/proc/self/fd/{file}"
    finally:
        os.close(file)
        if name is not None:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)


def _link(source: str, name: str, folder: int) -> None:
    """Give the file the name unless the name is taken."""
    try:
        # With a source folder given, Python calls linkat and follows /proc/self/fd/N to the file itself.
        os.link(source, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=True)
    except FileExistsError:
        return
    except OSError as error:
        if error.errno not in _NO_LINKS or source.startswith("/"):
            raise
        # No hard links here. Where the name is free, a rival in this moment writes the same bytes.
        if name not in os.listdir(folder):
            os.replace(source, name, src_dir_fd=folder, dst_dir_fd=folder)


def _mode(key: str) -> int:
    """What is written once is nobody's to write; before the umask, which takes what it takes."""
    return _READ_ONLY if key == ARCHIVE_KEY or key.partition("/")[0] in IMMUTABLE else _WRITABLE


def _temporary_name() -> str:
    return f".tmp-{secrets.token_hex(8)}"


def _keys(folder: Path, above: str, prefix: str) -> Iterator[str]:
    """Keys below `folder`, whose own key is `above`, in the order of their bytes."""
    try:
        entries = [(e.name + "/" * _is_folder(e), e.name) for e in os.scandir(folder)]
    except (FileNotFoundError, NotADirectoryError):
        return
    for full, name in sorted(entries):
        key = above + full
        if name.startswith(".") or not (key.startswith(prefix) or prefix.startswith(key)):
            continue
        if full.endswith("/"):
            yield from _keys(folder / name, key, prefix)
        else:
            yield key


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Also where the system does not say: what is no folder for it is an object that cannot be read."""
    try:
        return entry.is_dir()
    except OSError:
        return False
