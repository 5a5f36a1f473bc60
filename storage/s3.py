"""A store in an S3 bucket, through boto3: the only module that imports it.

Address and credentials come the usual AWS ways and only those: AWS_ENDPOINT_URL_S3, AWS_PROFILE,
AWS_ACCESS_KEY_ID, AWS_REGION, AWS_CA_BUNDLE, the configuration file. Nothing secret goes into a message.

What each line of `put` is for was measured (see the comments): stores differ in which checksums they
verify, and a 200, an ETag or an echoed checksum proves nothing. So every put is read back.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.config import Config
from botocore.configprovider import ConfiguredEndpointProvider
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    IncompleteReadError,
    NoCredentialsError,
    PartialCredentialsError,
    ProxyConnectionError,
    ResponseStreamingError,
    SSLError,
)
from botocore.parsers import ResponseParserError

from storage.errors import ArchiveUnusable, BadKey, Damaged, NotFound
from storage.keys import check_key
from storage.s3_options import PROMISED, SETTINGS, Options
from storage.s3_refusals import MISSING, NO_CONDITIONS, OF_THE_SETTINGS, REFUSED, TAKEN, refusal
from storage.s3_tags import READS, Tags

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CONFIG = Config(
    # A dead endpoint is given up after half a minute at most, a refused connection after a few seconds.
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "total_max_attempts": 4},
    # Over TLS boto3's own checksum is a trailer, which several stores refuse (411); we send ours as headers.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
    max_pool_connections=32,
)
_BROKE_OFF = (ResponseStreamingError, IncompleteReadError)

for _name in ("boto3", "botocore"):  # at DEBUG they print session tokens and signatures
    logging.getLogger(_name).setLevel(logging.INFO)


class RedirectedAway(BotoCoreError):
    """Raised when an answer leads elsewhere and not to another region of the store."""

    fmt = "redirected away"


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
        if not bucket:
            raise ArchiveUnusable(f"{self.url!r} names no bucket: write s3://bucket/prefix")
        if prefix:
            try:
                check_key(prefix)
            except BadKey as error:
                raise ArchiveUnusable(f"{self.url!r} cannot be an archive's address: {error}") from error
        try:
            self._client = _client(profile)
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

    def put(self, key: str, data: bytes) -> None:
        with self._errors(f"putting {key}"):
            try:
                # Not every store honours the condition (some let several win), so nothing rests on it.
                self._send(key, data, IfNoneMatch="*")
            except ClientError as error:
                code = _code(error)
                if code in NO_CONDITIONS:
                    if not self.exists(key):
                        self._send(key, data)
                elif (
                    code not in TAKEN
                ):  # taken: by the same bytes, or by ours when an answer was lost on its way
                    raise
            self._compare(key, data)

    def replace(self, key: str, data: bytes) -> None:
        with self._errors(f"putting {key}"):
            self._send(key, data)
            self._compare(key, data)

    def get(self, key: str) -> bytes:
        with self._errors(f"getting {key}"):
            before: list[str] = []
            for reading in range(READS):
                try:
                    data, tag = self._read(key)
                except _BROKE_OFF:
                    if reading == READS - 1:
                        raise
                    continue
                if self._tags.plausible(data, tag, before):
                    break
            return data  # right or not: whoever asked holds it against the digest

    def exists(self, key: str) -> bool:
        with self._errors(f"looking for {key}"):
            try:
                answer = self._client.head_object(Bucket=self._bucket, Key=self._name(key))
            except ClientError as error:
                if _code(error) in MISSING:
                    return False
                raise
            self._believe(_is_object(answer), f"looking for {key}")
            return True

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
                code = _code(error)
                if code in OF_THE_SETTINGS or (operation == "put_object" and code in REFUSED):
                    raise
                return Answer({}, code)
            except (ResponseStreamingError, IncompleteReadError) as error:
                return Answer({}, type(error).__name__)
            return Answer(fields)

    def send(self, key: str, data: bytes, **parameters: Any) -> Answer:
        """The same of a put, as every put of the archive is sent."""
        return self.ask("put_object", key, **(_body(data) | self._options.of(key) | parameters))

    def _read(self, key: str) -> tuple[bytes, str]:
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=self._name(key))
        except ClientError as error:
            if _code(error) in MISSING - {"404"}:  # a bare 404 is a proxy's
                raise NotFound(f"{key} is not in {self.url}") from error
            raise
        self._believe(_is_object(answer), f"getting {key}")
        return answer["Body"].read(), answer["ETag"].strip('"')

    def _believe(self, plausible: bool, doing: str) -> None:
        """A 200 by a proxy itself, empty or a page of its own, is not to be taken for the store's word."""
        if not plausible:
            raise ArchiveUnusable(
                f"{self.url}: while {doing}, {self.endpoint} answered what no store answers. "
                "Is a proxy answering in its place?"
            )

    def _name(self, key: str) -> str:
        return self.prefix + check_key(key)

    def _send(self, key: str, data: bytes, **condition: Any) -> None:
        name, asked = self._name(key), self._options.of(key)
        self._client.put_object(Bucket=self._bucket, Key=name, **_body(data), **asked, **condition)
        promised = {what for what in PROMISED if what in asked} - self._heard
        if promised:
            # Swift answers 200 to a lock that it does not know.
            has = self._client.head_object(Bucket=self._bucket, Key=name)
            for what in promised:
                if has.get(what) != asked[what]:
                    raise ArchiveUnusable(
                        f"{self.endpoint} took {key} and does not have it with {what} {asked[what]}: "
                        f"it passes over what {SETTINGS} ask for. Unset what it does not know."
                    )
            self._heard |= promised

    def _compare(self, key: str, data: bytes) -> None:
        try:
            # Other bytes may have been garbled on their way here: a second reading tells.
            same = self.get(key) == data or self.get(key) == data
        except NotFound as error:
            raise ArchiveUnusable(
                f"{self.endpoint} said that it kept {key} in {self.url}, but it is not there. "
                "Is a proxy answering in its place?"
            ) from error
        if not same:
            raise Damaged(
                f"{key} in {self.url} holds other bytes than were to be kept there: check the store."
            )

    @contextmanager
    def _errors(self, doing: str) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            raise ArchiveUnusable(f"{self.url}: {self._refusal(error, doing)}") from error
        except BotoCoreError as error:
            raise ArchiveUnusable(f"{self.url}: {self._failure(error, doing)}") from error
        except ResponseParserError:
            self._believe(False, doing)

    def _refusal(self, error: ClientError, doing: str) -> str:
        return refusal(_code(error), doing, self._bucket, self.endpoint, options=bool(self._options))

    def _failure(self, error: BotoCoreError, doing: str) -> str:
        if isinstance(error, NoCredentialsError | PartialCredentialsError):
            return (
                "no credentials were found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE."
            )
        if isinstance(error, SSLError):
            return (
                f"no trusted TLS connection to {self.endpoint}. Name its authority's file in AWS_CA_BUNDLE."
            )
        if isinstance(error, ProxyConnectionError):
            return (
                f"the proxy on the way to {self.endpoint} cannot be reached. Check https_proxy and no_proxy."
            )
        return (
            f"{self.endpoint} could not be reached while {doing} ({type(error).__name__}). "
            "Check AWS_ENDPOINT_URL_S3 and the network."
        )


def _client(profile: str | None) -> S3Client:
    """The usual AWS ways; of a profile that is named, its own endpoint, region and authorities come first.

    botocore lets the AWS_* variables win over a profile's, which would lead two ends to one server.
    """
    session = botocore.session.Session(profile=profile)
    said: Mapping[str, Any] = session.get_scoped_config() if profile else {}
    endpoint = None
    if said and str(said.get("ignore_configured_endpoint_urls")).lower() != "true":
        endpoint = ConfiguredEndpointProvider(session.full_config, said, "s3", environ={}).provide()
    client: S3Client = boto3.session.Session(botocore_session=session).client(
        "s3",
        config=_CONFIG,
        endpoint_url=endpoint,
        region_name=said.get("region"),
        verify=said.get("ca_bundle"),
    )
    client.meta.events.register("before-call.s3.HeadBucket", _redirected)
    return client


def _redirected(**_: object) -> None:
    # botocore asks so for a region that a redirect did not name, and is redirected again, a hundred times.
    raise RedirectedAway


def _body(data: bytes) -> dict[str, Any]:
    """Bytes as every put sends them."""
    return {
        "Body": data,
        # The one integrity header that every store measured enforces.
        "ContentMD5": base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode(),
        # Both: Ceph RGW 20 accepts a bare value unverified; without a value boto3 sends a trailer.
        "ChecksumAlgorithm": "SHA256",
        "ChecksumSHA256": base64.b64encode(hashlib.sha256(data).digest()).decode(),
    }


def _is_object(answer: Mapping[str, Any]) -> bool:
    """Every store says these of an object; a proxy that answers 200 by itself does not know them."""
    return "ETag" in answer and "LastModified" in answer


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "unknown"))
