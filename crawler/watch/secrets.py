"""Secrets of channels: from the environment or a file, when they are needed, and never in a sentence."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from crawler.errors import ChannelError
from crawler.watch.settings import Channel

MASK = "***"


def secret(channel: Channel, name: str) -> str | None:
    """What the channel's `name`, `name_env` or `name_file` says; None where there is none of them.

    Raises:
        ChannelError: where the variable is not set or the file cannot be read; names which.
    """
    plain: str | None = getattr(channel, name, None)
    if plain is not None:
        return plain
    variable: str | None = getattr(channel, f"{name}_env")
    if variable is not None:
        if not (value := os.environ.get(variable, "").strip()):
            raise ChannelError(f"{name}_env names {variable}, which is not set in the environment")
        return value
    path: Path | None = getattr(channel, f"{name}_file")
    if path is None:
        return None
    try:
        value = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ChannelError(f"{name}_file: {path} cannot be read ({_reason(error)})") from None
    if not value:
        raise ChannelError(f"{name}_file: {path} is empty")
    return value


def masked(sentence: str, *secrets: str | None) -> str:
    """The sentence without these secrets, or the parts of an address among them that give access."""
    for found in secrets:
        for part in _parts(found or ""):
            sentence = sentence.replace(part, MASK)
    return sentence


def _parts(found: str) -> list[str]:
    """The secret and, of an address, what only its owner knows: long parts of its path and its values."""
    if "://" not in found:
        return [found] if found else []
    address = urlsplit(found)
    values = [value for _, value in parse_qsl(address.query)]
    long = [part for part in (*address.path.split("/"), *values, address.password or "") if len(part) >= 6]
    return [found, *sorted(long, key=len, reverse=True)]


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return str(error.strerror) if isinstance(error, OSError) else "it is not UTF-8"
