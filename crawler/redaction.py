"""Keeps secrets out of what is said: lines on stderr, tracebacks, the view of the configuration.

The code that handles a secret does not repeat it; this is the net below that. It knows the secrets that the
environment and the configuration file hold, and must not ask for any others.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

HIDDEN = "***"
_NAMES = re.compile(r"SECRET|PASSW|TOKEN|ACCESS_KEY|CREDENTIAL|PRIVATE_KEY", re.I)
"""Variables whose value is one."""
_ADDRESSES = re.compile(r"proxy$|URL", re.I)
"""Variables whose value is an address, which may have a user's name and a password in it."""
_USER = re.compile(r"(?<=://)[^/\s@]*@")
_SHORT = 6
"""Characters below which a value is no secret but a word, which would tear holes into sentences."""


def redact(text: str, environment: Mapping[str, str] | None = None) -> str:
    """The text without any secret that the environment or the configuration file holds."""
    for secret in _secrets(os.environ if environment is None else environment):
        text = text.replace(secret, HIDDEN)
    return _USER.sub(f"{HIDDEN}@", text)


def masked(address: str) -> str:
    """What may be shown of an address that holds a token: the scheme and the host."""
    try:
        parts = urlsplit(address)
    except ValueError:  # http://[
        return HIDDEN
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/{HIDDEN}" if parts.netloc else HIDDEN


def _secrets(environment: Mapping[str, str]) -> list[str]:
    """The longest first: one may be part of another."""
    named = _named_in_the_file()
    found = {*_in_the_file()}
    for name, value in environment.items():
        if name.startswith("AWS_") and name.endswith("FILE"):
            continue
        if _NAMES.search(name) or name in named:
            found.add(value)
        elif _ADDRESSES.search(name) and (password := _password(value)):
            found.add(password)
    return sorted((one for one in found if len(one) >= _SHORT), key=len, reverse=True)


def _password(address: str) -> str | None:
    try:
        return urlsplit(address).password
    except ValueError:
        return None


def _channels() -> Iterator[Mapping[str, Any]]:
    from crawler.config.loading import loaded  # here: that module's errors are said through this one

    channels = loaded().tables.get("watch", {})
    channels = channels.get("channels") if isinstance(channels, dict) else None
    if isinstance(channels, dict):
        yield from (one for one in channels.values() if isinstance(one, dict))


def _named_in_the_file() -> set[str]:
    return {
        value
        for channel in _channels()
        for key, value in channel.items()
        if key.endswith("_env") and isinstance(value, str)
    }


def _in_the_file() -> set[str]:
    return {channel["url"] for channel in _channels() if isinstance(channel.get("url"), str)}
