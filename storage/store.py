"""What the archive needs of a place that keeps bytes under keys, and how an address names one.

A store holds bytes and knows nothing of captures or reports. Both implementations, `local.LocalStore`
and `s3.S3Store`, pass the same tests. A put has happened only when the bytes were read back and
compared: an ETag, an echoed checksum, a 200 and an existing key are no proof.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random

from storage.errors import ArchiveUnusable, Damaged

_TRIES = 5
"""How often what others may be replacing, too, is replaced."""

_logger = logging.getLogger(__name__)


class Store(Protocol):
    """Bytes under keys. Every method raises `ArchiveUnusable` when the place itself fails, and `BadKey`
    for keys that are not of the layout. Methods may be called from several threads at once."""

    url: str
    """The address in its normal form: ``file:///absolute/folder`` or ``s3://bucket/prefix``."""
    local: bool
    """Whether it is this machine's file system, where a put costs no more than a spool entry."""

    def put(self, key: str, data: bytes) -> None:
        """Keep `data` under `key` for ever; returns when it is durable, read back and right.

        If the key exists with the same bytes all is well; other bytes are left alone and raise `Damaged`.
        """

    def replace(self, key: str, data: bytes) -> None:
        """Put `data` under `key` in place of what is there; readers see the old bytes or the new."""

    def get(self, key: str) -> bytes:
        """The bytes under `key`; raises `NotFound`."""

    def exists(self, key: str) -> bool:
        """Whether there is anything under `key`. Says nothing about its bytes."""

    def modified(self, key: str) -> datetime:
        """When what is under `key` was put, by the place's own clock; raises `NotFound`."""

    def remove(self, key: str) -> None:
        """Take `key` away if it is there. For published reports and leases: nothing else is ever removed."""

    def list(self, prefix: str = "") -> Iterator[str]:
        """Everything stored whose key starts with `prefix`, sorted; also what lies there and is no key."""

    def close(self) -> None:
        """Let go of connections; the store is not used after this."""


def keep(store: Store, key: str, data: bytes) -> None:
    """Put `data` under a key that only these bytes can be right for; other bytes there are damage, and go.

    Raises `ArchiveUnusable`, too, where the store gives back something else all the same.
    """
    try:
        store.put(key, data)
    except Damaged:
        try:
            store.replace(key, data)
        except Damaged as error:
            raise ArchiveUnusable(str(error)) from error
        _logger.warning("%s in %s was damaged and has been replaced", key, store.url)


def replace(store: Store, key: str, data: bytes) -> None:
    """Put `data` in place of what is there, though another machine may be replacing it, too, at this moment.

    Then other bytes are read back than were written, and nothing is damaged. Raises `Damaged` where that
    happens again and again.
    """
    for attempt in Retrying(
        retry=retry_if_exception_type(Damaged),
        stop=stop_after_attempt(_TRIES),
        wait=wait_random(0, 1),
        reraise=True,
    ):
        with attempt:
            store.replace(key, data)


def address(url: str) -> str:
    """The one form of an archive's address: ``file:///absolute/folder`` or ``s3://bucket/prefix``."""
    parts = urlsplit(url)
    if "@" in parts.netloc:
        # Not repeated: it holds a secret, and this sentence ends in logs.
        raise ArchiveUnusable(
            "An archive's address holds no credentials: give s3://bucket/prefix, and the key as "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or in a profile."
        )
    if parts.scheme == "s3":
        return f"s3://{parts.netloc}/{parts.path.strip('/')}".rstrip("/")
    if parts.scheme != "file" and "://" in url:
        raise ArchiveUnusable(f"{url!r} is not an archive's address: give a folder or s3://bucket/prefix")
    return Path(unquote(parts.path) if parts.scheme == "file" else url).resolve().as_uri()


def open_store(url: str, *, create: bool = True, profile: str | None = None) -> Store:
    """The store that `url` names: a folder ("./archive", "/abs", "file:///abs") or "s3://bucket/prefix".

    A missing folder is made if `create` allows it. `profile`: the AWS profile whose credentials, endpoint and
    region a bucket is reached with; None: what the AWS variables say. Raises `ArchiveUnusable`.
    """
    parts = urlsplit(address(url))
    if parts.scheme == "s3":
        from storage.s3 import S3Store  # here: boto3 takes a third of a second to import

        return S3Store(parts.netloc, parts.path.strip("/"), profile)
    if profile is not None:
        raise ArchiveUnusable(f"{url} is a folder: the AWS profile {profile} says nothing of it.")
    from storage.local import LocalStore

    return LocalStore(Path(unquote(parts.path)), create=create)


def server(store: Store) -> str:
    """The S3 server that a store lies on; "" for a folder of this machine."""
    return str(getattr(store, "endpoint", ""))


def same_place(one: Store, other: Store) -> bool:
    """Whether two stores are one: the same bucket's name may stand on two servers."""
    return one.url == other.url and server(one) == server(other)
