"""Every error that `storage` raises. Messages name what, where, and what to do; they hold no secrets."""

from __future__ import annotations


class StorageError(Exception):
    """Base of everything that this package raises on purpose."""


class NotFound(StorageError):
    """Raised when a key, or a body that a capture names, is not in the store."""


class NothingThere(StorageError):
    """Raised when an archive is sound and holds nothing of what was asked for."""


class Damaged(StorageError):
    """Raised when stored bytes are not the ones that their key or digest promises."""


class BadKey(StorageError):
    """Raised when a key, a site's name or a run's name is not of the archive's layout."""


class ArchiveUnusable(StorageError):
    """Raised when the archive cannot be used as it is: bucket or folder missing, access refused,
    read-only, disk full, unreachable, or laid out by something else or something newer."""


class SpoolFull(ArchiveUnusable):
    """Raised when the spool, or the disk under it, has no room for what the store does not take."""


class Garbled(ArchiveUnusable):
    """Raised when an entry of a spool is not what was written: torn by a crash, or by a failing disk."""


class SiteBusy(StorageError):
    """Raised when another run, on this machine or another, is crawling the same site into the same archive,
    or is at the same job of it."""


class LedgerLost(StorageError):
    """Raised inside this package when the ledger (a cache) turned out corrupt; it is then rebuilt."""
