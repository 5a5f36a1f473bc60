"""What the settings ask of a bucket for each object: encryption, storage class, lock.

It must not speak to a store; `S3Store` sends what this says, and sees that it was heard.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from storage.errors import ArchiveUnusable
from storage.keys import IMMUTABLE

SETTINGS = "GONGKAI_S3_ENCRYPTION, GONGKAI_S3_STORAGE_CLASS and GONGKAI_S3_LOCK"

PROMISED = ("ServerSideEncryption", "ObjectLockMode")
"""What an object must have if it was asked for: a store that drops it in silence is not used."""

_ENCRYPTION = re.compile(r"AES256|(?P<kms>aws:kms(?::dsse)?)(?:=(?P<key>\S+))?")
_CLASS = re.compile(r"[A-Z][A-Z0-9_]*")
_ASLEEP = ("GLACIER", "DEEP_ARCHIVE")
"""Classes whose objects are not handed out at once; what is put is read back."""
_LOCK = re.compile(r"(?P<mode>GOVERNANCE|COMPLIANCE)=(?P<days>[1-9]\d{0,4})")


@dataclass(frozen=True, slots=True)
class Options:
    """What every object is put with, and what those are put with that never change."""

    every: Mapping[str, Any]
    immutable: Mapping[str, Any]
    lock_days: int = 0

    @classmethod
    def from_environment(cls) -> Options:
        """As the environment says; raises `ArchiveUnusable` where that makes no sense."""
        return cls.of_settings(os.environ)

    @classmethod
    def of_settings(cls, settings: Mapping[str, str]) -> Options:
        """As GONGKAI_S3_ENCRYPTION, GONGKAI_S3_STORAGE_CLASS and GONGKAI_S3_LOCK say.

        Raises `ArchiveUnusable` where one makes no sense.
        """
        every: dict[str, Any] = {}
        immutable: dict[str, Any] = {}
        days = 0
        if said := settings.get("GONGKAI_S3_ENCRYPTION"):
            found = _understood("GONGKAI_S3_ENCRYPTION", _ENCRYPTION, said, "AES256, aws:kms or aws:kms=KEY")
            every["ServerSideEncryption"] = found["kms"] or "AES256"
            if found["key"]:
                every["SSEKMSKeyId"] = found["key"]
        if said := settings.get("GONGKAI_S3_STORAGE_CLASS"):
            _understood("GONGKAI_S3_STORAGE_CLASS", _CLASS, said, "a name like STANDARD_IA")
            if said in _ASLEEP:
                raise ArchiveUnusable(
                    f"GONGKAI_S3_STORAGE_CLASS={said}: its objects cannot be read back at once, and what was "
                    "not read back does not count as archived. GLACIER_IR can."
                )
            immutable["StorageClass"] = said
        if said := settings.get("GONGKAI_S3_LOCK"):
            found = _understood("GONGKAI_S3_LOCK", _LOCK, said, "GOVERNANCE=DAYS or COMPLIANCE=DAYS")
            immutable["ObjectLockMode"], days = found["mode"], int(found["days"])
        return cls(every, immutable, days)

    def of(self, key: str) -> dict[str, Any]:
        """What an object under this key is put with, in boto3's words."""
        if key.partition("/")[0] not in IMMUTABLE:
            return dict(self.every)
        asked = {**self.every, **self.immutable}
        if self.lock_days:
            asked["ObjectLockRetainUntilDate"] = datetime.now(UTC) + timedelta(days=self.lock_days)
        return asked

    def __bool__(self) -> bool:
        return bool(self.every or self.immutable)


def _understood(name: str, pattern: re.Pattern[str], said: str, form: str) -> re.Match[str]:
    found = pattern.fullmatch(said)
    if found is None:
        raise ArchiveUnusable(f"{name}={said[:80]!r} makes no sense: write {form}.")
    return found
