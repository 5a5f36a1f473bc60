"""Metrics as files, for node_exporter's textfile collector: one after each command that runs from cron.

Nothing here fails a command: where a file cannot be written that is said. No two files have the same
series, for node_exporter passes over all files where two do.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.terminal import say
from storage.errors import StorageError
from storage.keys import digest

if TYPE_CHECKING:
    from crawler.explaining import Record
    from crawler.metrics.catalogue import Measured
    from crawler.watch.state import State

FOLDER = "GONGKAI_METRICS_FOLDER"
COMMANDS = frozenset({"crawl", "reparse", "verify", "watch", "digest"})
"""Commands that leave `gongkai_command_…`."""


def after_run(archive: str, site: str, record: Record | None) -> None:
    """A site's crawl has ended; `record` as it was written or left in the spool.

    Where there is none (the site was busy, the archive failed) the last one's metrics stay.
    """

    def measure(to: Measured) -> None:
        from crawler.metrics.measuring import measure_run

        assert record is not None
        measure_run(to, site, record)

    def measure_spool(to: Measured) -> None:
        from crawler.metrics.measuring import measure_spools
        from storage.archive import spooled

        measure_spools(to, (left for left in spooled(archive) if left.site == site), [site])

    if record is not None:
        _write(archive, f"crawl-{site}", measure)
    _write(archive, f"spool-{site}", measure_spool)


def after_verification(archive: str, audit: Mapping[str, Any]) -> None:
    """A verification has ended, with that audit record."""

    def measure(to: Measured) -> None:
        from crawler.metrics.measuring import measure_audit

        measure_audit(to, audit)

    _write(archive, "verify", measure)


def after_watch(archive: str, state: State) -> None:
    """The rules were asked; that is how alerts stand now."""

    def measure(to: Measured) -> None:
        from crawler.metrics.measuring import measure_alerts

        measure_alerts(to, state)

    _write(archive, "watch", measure)


def after_command(command: str, archive: str, sites: Sequence[str], exit_code: int) -> None:
    """A command has ended, with whatever exit code; `sites` as they were named, none for all."""
    if not os.environ.get(FOLDER):
        return
    named = " ".join(sorted(set(sites))) or "all"

    def measure(to: Measured) -> None:
        to.set("gongkai_command_exit_code", exit_code, command, named)
        to.set("gongkai_command_ended_timestamp_seconds", datetime.now(UTC).timestamp(), command, named)

    what = named if re.fullmatch(r"[A-Za-z0-9_-]{1,40}", named) else digest(named.encode())[:8]
    _write(archive, f"command-{command}-{what}", measure)


def _write(archive: str, name: str, measure: Callable[[Measured], None]) -> None:
    folder = os.environ.get(FOLDER)
    if not folder:
        return
    from prometheus_client import CollectorRegistry, write_to_textfile

    from crawler.metrics.catalogue import Measured
    from storage.store import address

    try:
        place = address(archive)
        measured = Measured(place)
        measure(measured)
        registry = CollectorRegistry()
        registry.register(measured)
        Path(folder).mkdir(parents=True, exist_ok=True)
        path = Path(folder, f"gongkai-{digest(place.encode())[:8]}-{name}.prom")
        write_to_textfile(str(path), registry)
    except (OSError, StorageError) as error:
        say(f"metrics could not be written into {folder}: {error}")
