"""What counts at this moment, key by key, and who says it. Nothing secret is in it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crawler.config.complaints import PRIVATE
from crawler.config.loading import Config, origin
from crawler.config.settings import SETTINGS
from crawler.redaction import HIDDEN, masked, redact

CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


@dataclass(frozen=True, slots=True)
class Value:
    """A setting as it stands."""

    key: str
    """Its place in the file, `schedule.jobs.daily.cron`; of what the file cannot hold, the variable."""
    value: Any
    origin: str
    """`default`, `file`, `option`, or `environment, NAME`."""


def effective(config: Config) -> list[Value]:
    """Every setting. Raises `ConfigError` where a table that others own is wrong."""
    found = []
    for setting in SETTINGS:
        value, said_by = origin(setting)
        found.append(Value(setting.key, setting.default if value is None else redact(value), said_by))
    found += [Value(name, HIDDEN, f"environment, {name}") for name in CREDENTIALS if os.environ.get(name)]
    found += [Value(f"crawl.{name}", _shown(name, value), "file") for name, value in config.crawl.items()]
    for name, section in (
        ("schedule", config.schedule),
        ("coverage", config.coverage),
        ("watch", config.watch),
    ):
        found += _flat(name, section.model_dump(mode="json"), config.tables.get(name, {}))
    return found


def _flat(place: str, values: Mapping[str, Any], said: Any) -> Iterator[Value]:
    for key, value in values.items():
        here = f"{place}.{key}"
        in_file = isinstance(said, dict) and key in said
        if isinstance(value, dict) and value:
            yield from _flat(here, value, said[key] if in_file else {})
        elif in_file or value not in (None, {}, []):
            yield Value(here, _shown(key, value), "file" if in_file else "default")


def _shown(key: str, value: Any) -> Any:
    if key.endswith(("_env", "_file")):  # where the secret is, and not what it is
        return value
    if isinstance(value, str):
        return masked(value) if PRIVATE.search(key) else redact(value)
    if isinstance(value, dict) and PRIVATE.search(key):  # headers: a cookie may be one
        return dict.fromkeys(value, HIDDEN)
    return value
