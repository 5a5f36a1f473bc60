"""The configuration file's top and the tables that no other part of Gongkai owns."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from crawler.config.section import PlacePath, Section, from_the_file
from storage.errors import ArchiveUnusable
from storage.room import size_in_bytes
from storage.s3_options import Options
from storage.store import address


def _archive(value: str, info: ValidationInfo) -> str:
    if re.match(r"s3:/?[^/]", value, re.I) or (re.match(r"s3://", value, re.I) and value[:2] != "s3"):
        raise ValueError('is no bucket\'s address: write it like "s3://bucket/prefix"')
    _storage(address, value)
    if value.startswith("s3://") and not value[5:].strip("/"):
        raise ValueError('names no bucket: write it like "s3://bucket/prefix"')
    return value if "://" in value else str(from_the_file(Path(value), info))


def _size(value: str) -> str:
    _storage(size_in_bytes, value)
    return value


def _storage(check: Any, value: Any) -> None:
    try:
        check(value)
    except ArchiveUnusable as error:
        raise ValueError(str(error)) from None


def _of_objects(name: str) -> AfterValidator:
    def check(value: str) -> str:
        _storage(Options.of_settings, {name: value})
        return value

    return AfterValidator(check)


def _listed(path: Path) -> Path:
    if os.pathsep in str(path):
        raise ValueError(f"cannot have {os.pathsep!r} in its name: lists of files are separated by it")
    return path


def _web(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+\S*", value):
        raise ValueError('should be an address like "http://127.0.0.1:3128"')
    return value


def _one_line(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise ValueError("should be one line of text that is not empty")
    return value


Text = Annotated[str, AfterValidator(_one_line)]
Files = tuple[Annotated[PlacePath, AfterValidator(_listed)], ...]
WebAddress = Annotated[str, AfterValidator(_web)]


class Bucket(Section):
    """`[s3]`: how a bucket is reached, and what its objects are put with."""

    endpoint: WebAddress | None = None
    region: Text | None = None
    profile: Text | None = None
    encryption: Annotated[str, _of_objects("GONGKAI_S3_ENCRYPTION")] | None = None
    storage_class: Annotated[str, _of_objects("GONGKAI_S3_STORAGE_CLASS")] | None = None
    lock: Annotated[str, _of_objects("GONGKAI_S3_LOCK")] | None = None


class Proxy(Section):
    """`[proxy]`: the way to the web and to the store."""

    http: WebAddress | None = None
    https: WebAddress | None = None
    none: tuple[Text, ...] | None = None


class File(Section):
    """The whole file. The last four tables are checked by those who read them."""

    archive: Annotated[Text, AfterValidator(_archive)] | None = None
    state: PlacePath | None = None
    contact: Text | None = None
    site_files: Files | None = None
    correction_files: Files | None = None
    spool_limit: Annotated[str, AfterValidator(_size)] | None = None
    log: Literal["text", "json"] | None = None
    metrics_folder: PlacePath | None = None
    s3: Bucket = Field(default_factory=Bucket)
    proxy: Proxy = Field(default_factory=Proxy)
    crawl: dict[str, Any] = Field(default_factory=dict)
    schedule: dict[str, Any] = Field(default_factory=dict)
    coverage: dict[str, Any] = Field(default_factory=dict)
    watch: dict[str, Any] = Field(default_factory=dict)
