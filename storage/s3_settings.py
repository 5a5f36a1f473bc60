"""How a bucket is written to: what its check found that it takes, and what it does not.

It must not speak to a store. `archive check` finds the settings out and keeps them in store.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

LARGE = 64 * 1024 * 1024
"""Bytes from which on an object is sent in parts: what breaks off costs a part and not the whole."""
PART = 16 * 1024 * 1024
"""Bytes of a part; S3 allows no less than five million and some."""


@dataclass(frozen=True, slots=True)
class Settings:
    """As a store is used that nobody has checked yet: with all that careful stores know."""

    md5: bool = True
    """Objects are sent with their Content-MD5."""
    sha256: bool = True
    """And with their x-amz-checksum-sha256."""
    conditions: bool = True
    """A key is put only if it is free (`If-None-Match: *`); without, it is looked for first."""
    parts: bool = True
    """Large objects are sent in parts."""

    @classmethod
    def from_json(cls, found: object) -> Settings:
        """What stands in store.json, as far as it is understood."""
        if not isinstance(found, Mapping):
            return cls()
        return cls(**{one.name: found.get(one.name) is not False for one in fields(cls)})

    def to_json(self) -> dict[str, Any]:
        """As it stands in store.json."""
        return asdict(self)
