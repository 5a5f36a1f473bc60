"""Probes of what S3 stores do differently. Like those of `probes`, they go by what is handed out.

boto3 is not imported here: `S3Store.ask` puts each question. What a probe finds that the store does not take
is left out from then on: it changes the store's settings.
"""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from storage.probes import Probe, wrong
from storage.s3 import S3Store
from storage.s3_settings import Settings

_PART = 5 * 1024 * 1024
"""The smallest part that S3 allows before the last one."""
_NOTHING = {"NoSuchKey", "404", "NotFound"}


class S3Bench:
    """A bucket on the bench; see `probes.Bench`."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    def put(self, key: str, data: bytes) -> str:
        """Sent as the archive sends its objects, but for the condition."""
        return self._store.send(key, data).code

    def get(self, key: str) -> bytes | None:
        """A refusal is empty-handed, too, but for a missing key it says so."""
        answer = self._store.ask("get_object", key)
        if answer.code in _NOTHING:
            return None
        return f"refused: {answer.code}".encode() if answer.code else answer.fields["Body"]

    def list(self, prefix: str) -> list[str]:
        """As the archive lists."""
        return list(self._store.list(prefix))

    def remove(self, key: str) -> str:
        """One delete."""
        return self._store.ask("delete_object", key).code


def sending(store: S3Store, at: str) -> Probe:
    """Small objects as the archive sends them, and with less where that is refused."""
    answer = partial(Probe, "sending")
    store.settings = Settings()
    if not (refused := store.send(f"{at}/one", b"sound bytes").code):
        return answer("ok", "objects are taken together with their Content-MD5 and SHA-256")
    for lacking, settings in (("SHA-256", Settings(sha256=False)), ("Content-MD5", Settings(md5=False))):
        store.settings = settings
        if not store.send(f"{at}/one", b"sound bytes").code:
            return answer(
                "limited", f"it refuses objects that come with their {lacking} ({refused}): it goes unsent"
            )
    return answer("unfit", f"it refuses objects ({refused})")


def paging(store: S3Store, at: str) -> Probe:
    """A listing in pages of four."""
    answer = partial(Probe, "paging")
    keys = [f"{at}/{number:02d}" for number in range(18)]
    for key in keys:
        store.send(key, b"x")
    listed: list[str] = []
    more: dict[str, Any] = {}
    for _ in range(2 * len(keys)):
        page = store.ask("list_objects_v2", Prefix=f"{store.prefix}{at}/", MaxKeys=4, **more)
        if page.code:
            return answer("unfit", f"it refuses to list in pages ({page.code})")
        listed += [entry["Key"].removeprefix(store.prefix) for entry in page.fields.get("Contents", ())]
        token = page.fields.get("NextContinuationToken")
        if not page.fields.get("IsTruncated"):
            break
        if not token:
            return answer("unfit", "a page of a listing says that there are more and not where they begin")
        more = {"ContinuationToken": token}
    if sorted(listed) != keys:
        lacking = len(set(keys) - set(listed))
        return answer("unfit", f"a listing in pages lacks {lacking} of {len(keys)} objects or repeats some")
    return answer("ok", "a listing in pages has every object once")


def checksums(store: S3Store, at: str) -> Probe:
    """Bytes with the wrong Content-MD5, and with the wrong SHA-256."""
    answer = partial(Probe, "checksums")
    data, other = b"sound bytes" * 100, b"other bytes" * 100
    md5 = base64.b64encode(hashlib.md5(other, usedforsecurity=False).digest()).decode()
    sha256 = base64.b64encode(hashlib.sha256(other).digest()).decode()
    refused = []
    wrong_ones = {"Content-MD5": {"ContentMD5": md5}} if store.settings.md5 else {}
    wrong_ones |= {"SHA-256": {"ChecksumSHA256": sha256}} if store.settings.sha256 else {}
    for name, header in wrong_ones.items():
        key = f"{at}/{name}"
        if store.send(key, data, **header).code:
            refused.append(name)
            if store.ask("get_object", key).code not in _NOTHING:
                return answer("unfit", f"it refuses bytes with a wrong {name} and keeps them nevertheless")
    if not refused:
        return answer(
            "unfit",
            "it accepts bytes that have neither the Content-MD5 nor the SHA-256 they were sent with: "
            "what is garbled on its way would be kept",
        )
    if len(refused) == 1:
        return answer("limited", f"it checks the {refused[0]} of what it is sent and no other checksum")
    return answer("ok", "bytes with a wrong Content-MD5 or SHA-256 are refused")


def conditions(store: S3Store, at: str) -> Probe:
    """Several threads that put one key only if it is free, again and again."""
    answer = partial(Probe, "conditions")
    bodies = [f"writer {number}".encode() * 500 for number in range(6)]
    store.send(f"{at}/taken", bodies[0])
    code = store.send(f"{at}/taken", bodies[1], IfNoneMatch="*").code
    if not code:
        store.settings = replace(store.settings, conditions=False)
        return answer(
            "limited", "it passes over `If-None-Match` in silence: each key is looked for before it is put"
        )
    winners: list[int] = []
    codes: set[str] = set()
    with ThreadPoolExecutor(len(bodies)) as threads:
        for number in range(5):
            key = f"{at}/{number}"
            put = partial(store.send, key, IfNoneMatch="*")
            answers = [one.code for one in threads.map(put, bodies)]
            accepted = [data for data, code in zip(bodies, answers, strict=True) if not code]
            codes |= set(answers) - {""}
            winners.append(len(accepted))
            back = store.ask("get_object", key)
            if accepted and back.fields.get("Body") not in accepted:
                return answer(
                    "unfit", "of several that put one key, it kept the bytes of one that it had refused"
                )
    if all(number == 1 for number in winners):
        return answer("ok", "of six that put a key only if it is free, one wins")
    if not any(winners):
        store.settings = replace(store.settings, conditions=False)
        return answer(
            "limited",
            f"it does not know `If-None-Match` ({', '.join(sorted(codes))}): each key is looked for "
            "before it is put",
        )
    return answer(
        "limited",
        f"of six that put a key only if it is free {min(winners)} to {max(winners)} win: nothing rests on it",
    )


def ranges(store: S3Store, at: str) -> Probe:
    """A thousand bytes out of the middle."""
    answer = partial(Probe, "ranges")
    data = random.Random(1).randbytes(5000)
    store.send(f"{at}/one", data)
    back = store.ask("get_object", f"{at}/one", Range="bytes=1000-1999")
    if back.code:
        return answer("limited", f"it does not hand out parts of objects ({back.code})")
    if back.fields["Body"] == data:
        return answer("limited", "asked for a part of an object it hands out the whole")
    if back.fields["Body"] != data[1000:2000]:
        return answer("unfit", "asked for a part of an object it hands out other bytes")
    return answer("ok", "a part of an object is the part that was asked for")


def multipart(store: S3Store, at: str) -> Probe:
    """An object of two parts."""
    answer = partial(Probe, "multipart")
    key, data = f"{at}/one", random.Random(2).randbytes(_PART + 1000)
    if refused := _in_two_parts(store, key, data):
        store.settings = replace(store.settings, parts=False)
        return answer("limited", f"{refused}: large objects are sent whole")
    back = store.ask("get_object", key)
    body = None if back.code in _NOTHING else back.fields.get("Body", b"")
    if found := wrong(body, data):
        return answer("unfit", f"it accepted an object in two parts and {found}")
    return answer("ok", "an object of two parts came back whole")


def _in_two_parts(store: S3Store, key: str, data: bytes) -> str:
    """Sends it so; what was refused, "" if nothing was."""
    begun = store.ask("create_multipart_upload", key)
    if begun.code:
        return f"it does not take objects in parts ({begun.code})"
    upload = {"UploadId": begun.fields["UploadId"]}
    parts = []
    for number, part in enumerate((data[:_PART], data[_PART:]), start=1):
        md5 = base64.b64encode(hashlib.md5(part, usedforsecurity=False).digest()).decode()
        sent = store.ask("upload_part", key, PartNumber=number, Body=part, ContentMD5=md5, **upload)
        if sent.code:
            store.ask("abort_multipart_upload", key, **upload)
            return f"it refuses a part of an object ({sent.code})"
        parts.append({"PartNumber": number, "ETag": sent.fields.get("ETag", "")})
    done = store.ask("complete_multipart_upload", key, MultipartUpload={"Parts": parts}, **upload)
    if done.code:
        store.ask("abort_multipart_upload", key, **upload)
        return f"it does not join the parts of an object ({done.code})"
    return ""


def lock(store: S3Store, at: str) -> Probe:
    """A locked object that somebody tries to delete."""
    answer = partial(Probe, "lock")
    claimed = store.ask("get_object_lock_configuration")
    configuration = claimed.fields.get("ObjectLockConfiguration", {})
    if claimed.code or configuration.get("ObjectLockEnabled") != "Enabled":
        return answer("limited", "the bucket claims no object lock: whoever may delete can delete")
    until = datetime.now(UTC) + timedelta(minutes=2)
    put = store.send(f"{at}/one", b"locked", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=until)
    if put.code:
        return answer("limited", f"the bucket claims object lock and refuses a locked object ({put.code})")
    version = {"VersionId": put.fields.get("VersionId", "null")}
    deleted = store.ask("delete_object", f"{at}/one", **version)
    if not deleted.code:
        return answer("unfit", "the bucket claims object lock, and a locked object could be deleted")
    store.ask("delete_object", f"{at}/one", BypassGovernanceRetention=True, **version)
    return answer("ok", "a locked object cannot be deleted")


def tls(store: S3Store, at: str) -> Probe:
    """How the connection is."""
    endpoint = urlsplit(store.endpoint)
    if endpoint.scheme == "https":
        return Probe("tls", "ok", "the connection is encrypted and its certificate trusted")
    if endpoint.hostname in ("127.0.0.1", "::1", "localhost"):
        return Probe("tls", "ok", "the connection is not encrypted and does not leave this machine")
    return Probe("tls", "limited", "the connection is not encrypted: whoever is on the way can read it")


FOR_S3: tuple[Callable[[S3Store, str], Probe], ...] = (
    paging,
    checksums,
    conditions,
    ranges,
    multipart,
    lock,
    tls,
)
"""Probes of a bucket, besides those of every store."""
