"""Captures for tests, and stores that count or fail."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.archive import Archive
from storage.errors import ArchiveUnusable
from storage.journal import Capture
from storage.store import Store, server

NOW = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


def capture(number: int = 0, **fields: Any) -> Capture:
    """A capture of a report page, one second after the one numbered before it."""
    url = f"https://www.xuxian.gov.cn/{number}.html"
    made: dict[str, Any] = {
        "site": "xuxian",
        "run": "",
        "url": url,
        "final_url": url,
        "status": 200,
        "requested": NOW + timedelta(seconds=number),
        "received": NOW + timedelta(seconds=number, milliseconds=250),
        "role": "report",
        "headers": (("Content-Type", "text/html"), ("ETag", f'"{number}"')),
        "hints": {"title": "虚县虚构局2025年政府信息公开工作年度报告", "year": 2025},
    }
    return Capture(**(made | fields))


def make_archive(url: str) -> None:
    """An archive with two captures, and the state folder where the environment says."""
    with Archive.open(url) as made:
        run = made.start_run("xuxian", NOW)
        for number in (1, 2):
            run.record(capture(number), body(number))
        run.finish({})


def body(number: int = 0) -> bytes:
    """A body that differs from those of other numbers."""
    return f"<html>虚县虚构局 {number}</html>".encode() * 20


class WatchedStore:
    """A store that counts what is asked of it, and fails when told to."""

    def __init__(self, store: Store) -> None:
        self.inner = store
        self.url = store.url
        self.local = store.local
        self.endpoint = server(store)
        self.calls: Counter[str] = Counter()
        """How often "put raw", "get captures" ... were asked."""
        self.failing = False

    def put(self, key: str, data: bytes) -> None:
        self._count("put", key)
        self.inner.put(key, data)

    def replace(self, key: str, data: bytes) -> None:
        self._count("replace", key)
        self.inner.replace(key, data)

    def get(self, key: str) -> bytes:
        self._count("get", key)
        return self.inner.get(key)

    def exists(self, key: str) -> bool:
        self._count("exists", key)
        return self.inner.exists(key)

    def modified(self, key: str) -> datetime:
        self._count("modified", key)
        return self.inner.modified(key)

    def remove(self, key: str) -> None:
        self._count("remove", key)
        self.inner.remove(key)

    def list(self, prefix: str = "") -> Iterator[str]:
        self._count("list", prefix)
        return self.inner.list(prefix)

    def close(self) -> None:
        self.inner.close()

    def _count(self, verb: str, key: str) -> None:
        self.calls[f"{verb} {key.partition('/')[0]}"] += 1
        if self.failing:
            raise ArchiveUnusable("The store is told to fail.")


class NoLease:
    """Takes the place of `storage.archive.Lease`: machines whose leases ran out are at one site at once."""

    rival = None
    held = False

    @classmethod
    def take(cls, *_: object) -> NoLease:
        return cls()

    def release(self) -> None:
        """There is nothing to let go of."""


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of its own of that size ("2m"), where this process may mount one; else skips."""
    folder.mkdir()
    mounting = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "gongkai-test", folder], check=False
    )
    if mounting.returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
