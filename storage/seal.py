"""The seal of a reading: a digest inside a document whose key carries none of its own.

A reading may be replaced by another of the same body and parser, so its key cannot name its digest, and
a changed digit in it would be as good JSON as the right one. Its last line does: `seal` is the SHA-256 of
the key, a line break and every byte before the seal, so that a reading under another's key is found out
too. Readings from before there were seals have none, and are taken as they are.
"""

from __future__ import annotations

import json
import re
from typing import Any

from storage.errors import Damaged
from storage.journal import json_document
from storage.keys import digest

_SEAL = re.compile(rb' "seal": "([0-9a-f]{64})"\n\}\n\Z')
_LENGTH = len(f' "seal": "{"0" * 64}"\n}}\n')


def sealed(key: str, value: dict[str, Any]) -> bytes:
    """`value` as a document that carries its seal; the same value under the same key gives the same bytes."""
    body = json_document(value | {"seal": "0" * 64})[:-_LENGTH]
    return body + f' "seal": "{_of(key, body)}"\n}}\n'.encode()


def unsealed(key: str, data: bytes) -> tuple[dict[str, Any], bool]:
    """What `sealed` was given, and whether it had a seal.

    Raises:
        Damaged: where it is no JSON object, or not what was sealed under that key.
    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Damaged(f"{key} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise Damaged(f"{key} is no JSON object")
    if "seal" not in value:
        return value, False
    found = _SEAL.search(data, max(0, len(data) - _LENGTH))
    if found is None or found[1].decode() != _of(key, data[: found.start()]):
        raise Damaged(f"{key} is not what was sealed")
    del value["seal"]
    return value, True


def _of(key: str, body: bytes) -> str:
    return digest(f"{key}\n".encode() + body)
