"""A store in an S3 bucket.

Address and credentials come the usual AWS ways and only those: AWS_ENDPOINT_URL_S3, AWS_PROFILE,
AWS_ACCESS_KEY_ID, AWS_REGION, AWS_CA_BUNDLE, the configuration file. Nothing secret goes into a message.

What each line of `put` is for was measured (see the comments): stores differ in which checksums they
verify, and a 200, an ETag or an echoed checksum proves nothing. So every put is read back.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError, IncompleteReadError, ResponseStreamingError
from botocore.parsers import ResponseParserError

from storage import s3_settings
from storage.errors import ArchiveUnusable, BadKey, Damaged, NotFound
from storage.keys import STORE_KEY, check_key
from storage.s3_client import client, code_of, failure
from storage.s3_options import PROMISED, SETTINGS, Options
from storage.s3_refusals import MISSING, NO_CONDITIONS, OF_THE_SETTINGS, REFUSED, TAKEN, refusal
from storage.s3_settings import Settings
from storage.s3_tags import READS, Tags

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef, GetObjectOutputTypeDef, HeadObjectOutputTypeDef

_CHUNK = 1024 * 1024
_ABANDONED = timedelta(days=1)
"""After which parts of an object that was never joined are taken away."""
_BROKE_OFF = (ResponseStreamingError, IncompleteReadError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a store answered to one operation."""

    fields: dict[str, Any]
    """Of the answer, its body read; empty after a refusal."""
    code: str = ""
    """Why it was refused; "" where it was not."""


class S3Store:
    """A bucket, or what lies under a prefix in it; `Store` says what each method promises."""

    local = False

    def __init__(self, bucket: str, prefix: str = "", profile: str | None = None) -> None:
        self.url = f"s3://{bucket}/{prefix}".rstrip("/")
        self._bucket = bucket
        self.prefix = f"{prefix}/" if prefix else ""
        self.endpoint = "S3"
        self._options = Options.from_environment()
        self._heard: set[str] = set()
        self._tags = Tags()
        self._settings: Settings | None = None
        self._cleared = False
        if not bucket:
            raise ArchiveUnusable(f"{self.url!r} names no bucket: write s3://bucket/prefix")
        if prefix:
            try:
                check_key(prefix)
            except BadKey as error:
                raise ArchiveUnusable(f"{self.url!r} cannot be an archive's address: {error}") from error
        try:
            self._client = client(profile)
        except BotoCoreError as error:
            raise ArchiveUnusable(
                f"The S3 settings (AWS_* variables, profile) do not work: {error}"
            ) from error
        except ValueError as error:  # not repeated: an address may hold a password
            raise ArchiveUnusable(
                "AWS_ENDPOINT_URL_S3, or the profile's endpoint_url, is no address: write https://host:port."
            ) from error
        address = urlsplit(self._client.meta.endpoint_url)
        self.endpoint = f"{address.scheme}://{address.netloc.rpartition('@')[2]}"

    @property
    def settings(self) -> Settings:
        """How this store is written to: as its newest check found; set by a check that is under way."""
        if self._settings is None:
            try:
                found = json.loads(self.get(STORE_KEY))
            except (NotFound, ValueError):
                found = {}
            self._settings = Settings.from_json(found.get("settings") if isinstance(found, dict) else None)
        return self._settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self._settings = settings

    def put(self, key: str, data: bytes) -> None:
        with self._errors(f"putting {key}"):
            put = self._put_if_free(key, data)
            self._compare(key, data)
            if not put and key not in self.list(key):
                # What was cut short as the server died may be there and in no listing; a put mends that.
                self._put(key, data)
                self._compare(key, data)

    def replace(self, key: str, data: bytes) -> None:
        with self._errors(f"putting {key}"):
            self._put(key, data)
            self._compare(key, data)

    def get(self, key: str) -> bytes:
        with self._errors(f"getting {key}"):
            before: list[str] = []
            for reading in range(READS):
                try:
                    answer = self._ask_for(key)
                    data, tag = answer["Body"].read(), answer["ETag"].strip('"')
                except _BROKE_OFF:
                    if reading == READS - 1:
                        raise
                    continue
                if self._tags.plausible(data, tag, before):
                    break
            return data  # right or not: whoever asked holds it against the digest

    def exists(self, key: str) -> bool:
        with self._errors(f"looking for {key}"):
            return self._head(key) is not None

    def modified(self, key: str) -> datetime:
        with self._errors(f"looking for {key}"):
            answer = self._head(key)
            if answer is None:
                raise NotFound(f"{key} is not in {self.url}")
            return answer["LastModified"]

    def remove(self, key: str) -> None:
        with self._errors(f"removing {key}"):
            self._client.delete_object(Bucket=self._bucket, Key=self._name(key))
        self._believe(not self.exists(key), f"removing {key}")

    def list(self, prefix: str = "") -> Iterator[str]:
        with self._errors("listing"):
            more: dict[str, Any] = {}
            while True:
                page = self._client.list_objects_v2(Bucket=self._bucket, Prefix=self.prefix + prefix, **more)
                names = [entry["Key"] for entry in page.get("Contents", ())]
                whole = "IsTruncated" in page and all(name.startswith(self.prefix + prefix) for name in names)
                self._believe(whole, "listing")
                yield from (name[len(self.prefix) :] for name in names)
                if not page["IsTruncated"]:
                    return
                # boto3's paginator would take a page without a token for the last one.
                token = page.get("NextContinuationToken")
                self._believe(bool(token) and token != more.get("ContinuationToken"), "listing")
                more = {"ContinuationToken": token}

    def close(self) -> None:
        self._client.close()

    def ask(self, operation: str, key: str | None = None, **parameters: Any) -> Answer:
        """What the store answers to one operation of S3, by boto3's name for it; for probing the store.

        A refusal is an answer, too. Where nobody answers it raises `ArchiveUnusable`.
        """
        if key is not None:
            parameters["Key"] = self._name(key)
        with self._errors(f"asking for {operation}"):
            try:
                fields = dict(getattr(self._client, operation)(Bucket=self._bucket, **parameters))
                if "Body" in fields:
                    fields["Body"] = fields["Body"].read()
            except ClientError as error:
                code = code_of(error)
                if code in OF_THE_SETTINGS or (operation == "put_object" and code in REFUSED):
                    raise
                return Answer({}, code)
            except (ResponseStreamingError, IncompleteReadError) as error:
                return Answer({}, type(error).__name__)
            return Answer(fields)

    def send(self, key: str, data: bytes, **parameters: Any) -> Answer:
        """The same of a put, as every put of the archive is sent."""
        return self.ask("put_object", key, **(self._body(data) | self._options.of(key) | parameters))

    def _ask_for(self, key: str) -> GetObjectOutputTypeDef:
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=self._name(key))
        except ClientError as error:
            if code_of(error) in MISSING - {"404"}:  # a bare 404 is a proxy's
                raise NotFound(f"{key} is not in {self.url}") from error
            raise
        self._believe(_is_object(answer), f"getting {key}")
        return answer

    def _head(self, key: str) -> HeadObjectOutputTypeDef | None:
        try:
            answer = self._client.head_object(Bucket=self._bucket, Key=self._name(key))
        except ClientError as error:
            if code_of(error) in MISSING:
                return None
            raise
        self._believe(_is_object(answer), f"looking for {key}")
        return answer

    def _believe(self, plausible: bool, doing: str) -> None:
        """A 200 by a proxy itself, empty or a page of its own, is not to be taken for the store's word."""
        if not plausible:
            raise ArchiveUnusable(
                f"{self.url}: while {doing}, {self.endpoint} answered what no store answers. "
                "Is a proxy answering in its place?"
            )

    def _name(self, key: str) -> str:
        return self.prefix + check_key(key)

    def _put_if_free(self, key: str, data: bytes) -> bool:
        """Put an object unless there is one; whether it was put.

        Not every store honours the condition, and some let several win: nothing rests on it.
        """
        if self.settings.conditions and not self._in_parts(key, data):
            try:
                self._send(key, data, IfNoneMatch="*")
                return True
            except ClientError as error:
                if (
                    code_of(error) in TAKEN
                ):  # by the same bytes, or by ours when an answer was lost on its way
                    return False
                if code_of(error) not in NO_CONDITIONS:
                    raise
        if self.exists(key):
            return False
        self._put(key, data)
        return True

    def _put(self, key: str, data: bytes) -> None:
        if self._in_parts(key, data):
            self._send_parts(key, data)
        else:
            self._send(key, data)

    def _in_parts(self, key: str, data: bytes) -> bool:
        if len(data) < s3_settings.LARGE or not self.settings.parts:
            return False
        asked = self._options.of(key)
        return not any(what in asked for what in PROMISED)  # Ceph 16 drops the lock of an object in parts

    def _send(self, key: str, data: bytes, **condition: Any) -> None:
        asked = self._options.of(key)
        where: dict[str, Any] = {"Bucket": self._bucket, "Key": self._name(key)}
        self._client.put_object(**where, **self._body(data), **asked, **condition)
        self._hear(key, asked)

    def _send_parts(self, key: str, data: bytes) -> None:
        self._clear_uploads()
        where: dict[str, Any] = {"Bucket": self._bucket, "Key": self._name(key)}
        begun = self._client.create_multipart_upload(**where, **self._options.of(key))
        self._believe("UploadId" in begun, f"putting {key}")
        where["UploadId"] = begun["UploadId"]
        parts: list[CompletedPartTypeDef] = []
        try:
            for number, start in enumerate(range(0, len(data), s3_settings.PART), start=1):
                part = data[start : start + s3_settings.PART]
                sent = self._client.upload_part(**where, PartNumber=number, Body=part, ContentMD5=_md5(part))
                parts.append({"PartNumber": number, "ETag": sent.get("ETag", "")})
            self._client.complete_multipart_upload(**where, MultipartUpload={"Parts": parts})
        except ClientError as error:
            if code_of(error) != "NoSuchUpload":  # it was joined, and the answer was lost on its way
                self._abort(where)
                raise
        except BaseException:
            self._abort(where)
            raise

    def _abort(self, upload: Mapping[str, Any]) -> None:
        with suppress(ClientError, BotoCoreError, ResponseParserError):
            self._client.abort_multipart_upload(**upload)

    def _clear_uploads(self) -> None:
        """Once: take away parts of objects that a killed process left a day ago or earlier."""
        if self._cleared:
            return
        self._cleared = True
        old = datetime.now(UTC) - _ABANDONED
        with suppress(ClientError, BotoCoreError, ResponseParserError):
            there = self._client.list_multipart_uploads(Bucket=self._bucket, Prefix=self.prefix)
            for upload in there.get("Uploads", ()):
                if upload["Initiated"] < old:
                    name, number = upload["Key"], upload["UploadId"]
                    self._abort({"Bucket": self._bucket, "Key": name, "UploadId": number})

    def _hear(self, key: str, asked: Mapping[str, Any]) -> None:
        """See that what was asked for was heard: Swift answers 200 to a lock that it does not know."""
        promised = {what for what in PROMISED if what in asked} - self._heard
        if promised:
            has = self._client.head_object(Bucket=self._bucket, Key=self._name(key))
            for what in promised:
                if has.get(what) != asked[what]:
                    raise ArchiveUnusable(
                        f"{self.endpoint} took {key} and does not have it with {what} {asked[what]}: "
                        f"it passes over what {SETTINGS} ask for. Unset what it does not know."
                    )
            self._heard |= promised

    def _compare(self, key: str, data: bytes) -> None:
        for reading in range(READS):  # other bytes may have been garbled on their way here
            try:
                if self._holds(key, data):
                    return
            except NotFound as error:
                raise ArchiveUnusable(
                    f"{self.endpoint} said that it kept {key} in {self.url}, but it is not there. "
                    "Is a proxy answering in its place?"
                ) from error
            except _BROKE_OFF:
                if reading == READS - 1:
                    raise
        raise Damaged(f"{key} in {self.url} holds other bytes than were to be kept there: check the store.")

    def _holds(self, key: str, data: bytes) -> bool:
        body, at = self._ask_for(key)["Body"], 0
        expected = memoryview(data)
        for chunk in body.iter_chunks(_CHUNK):
            if expected[at : at + len(chunk)] != chunk:
                body.close()
                return False
            at += len(chunk)
        return at == len(data)

    def _body(self, data: bytes) -> dict[str, Any]:
        """Bytes as every put sends them."""
        sent: dict[str, Any] = {"Body": data}
        if self.settings.md5:  # the one integrity header that every store measured enforces
            sent["ContentMD5"] = _md5(data)
        if self.settings.sha256:
            # Both: Ceph RGW 20 accepts a bare value unverified; without a value boto3 sends a trailer.
            sent["ChecksumAlgorithm"] = "SHA256"
            sent["ChecksumSHA256"] = base64.b64encode(hashlib.sha256(data).digest()).decode()
        return sent

    @contextmanager
    def _errors(self, doing: str) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            raise ArchiveUnusable(f"{self.url}: {self._refusal(error, doing)}") from error
        except BotoCoreError as error:
            raise ArchiveUnusable(f"{self.url}: {failure(error, doing, self.endpoint)}") from error
        except ResponseParserError:
            self._believe(False, doing)

    def _refusal(self, error: ClientError, doing: str) -> str:
        return refusal(code_of(error), doing, self._bucket, self.endpoint, options=bool(self._options))


def _md5(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


def _is_object(answer: Mapping[str, Any]) -> bool:
    """Every store says these of an object; a proxy that answers 200 by itself does not know them."""
    return "ETag" in answer and "LastModified" in answer
