"""Prometheus metrics over HTTP from the scheduler: the archive's, and its own.

docs/metrics.md has the scheduler's own; a test compares.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from crawler.errors import ConfigError, CrawlerError
from crawler.metrics.collecting import ArchiveCollector
from crawler.schedule.rows import Run
from crawler.schedule.status import Status, status
from storage.errors import StorageError

_TURN = ("job", "site")
METRICS: dict[str, tuple[tuple[str, ...], str]] = {
    "gongkai_schedule_seen_timestamp_seconds": ((), "when a scheduler of this machine last was at work"),
    "gongkai_schedule_turns": (("state",), "turns that are `running`, `due` or `overdue`"),
    "gongkai_schedule_next_timestamp_seconds": (_TURN, "when the turn is due next"),
    "gongkai_schedule_last_started_timestamp_seconds": (_TURN, "when it last was started"),
    "gongkai_schedule_last_ended_timestamp_seconds": (_TURN, "when that ended"),
    "gongkai_schedule_last_exit_code": (
        _TURN,
        "the exit code of that, as in docs/running.md; minus a signal's number where it was killed",
    ),
    "gongkai_schedule_overdue_seconds": (_TURN, "for how long a turn that is behind has been due"),
}
"""Each metric of the scheduler's own, a gauge, with labels and meaning; `site` is empty for what is of
the whole archive."""


class ScheduleCollector(Collector):
    """How this machine's schedule for an archive stands, as its memory says when it is asked."""

    def __init__(self, archive: str) -> None:
        self._archive = archive

    def describe(self) -> list[Metric]:
        """Nothing beforehand: the memory may be away just now."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The metrics; none where the memory, the configuration or the registry cannot be read."""
        with suppress(StorageError, CrawlerError):
            found = status(self._archive, datetime.now(UTC))
            if found is not None:
                yield from families(found)


def families(status: Status) -> list[Metric]:
    """The status as metrics."""
    made = {name: GaugeMetricFamily(name, means, labels=labels) for name, (labels, means) in METRICS.items()}

    def add(name: str, value: float, *labels: str) -> None:
        made[f"gongkai_schedule_{name}"].add_metric(labels, value)

    if status.last_seen is not None:
        add("seen_timestamp_seconds", status.last_seen.timestamp())
    states = Counter(running=len(status.running), due=len(status.due), overdue=len(status.overdue))
    for state, count in states.items():
        add("turns", count, state)
    for line in status.lines:
        labels = (line.turn.job.name, line.turn.site if line.turn.of_site else "")
        if line.next is not None:
            add("next_timestamp_seconds", line.next.timestamp(), *labels)
        for name, value in _last(line.last):
            add(name, value, *labels)
    for one in status.overdue:
        add("overdue_seconds", one.behind.total_seconds(), one.job, one.site or "")
    return list(made.values())


def serve(archive: str, address: str) -> None:
    """Answers at host:port, in threads of its own, until the process ends.

    Raises:
        ConfigError: where the address cannot be listened at.
    """
    registry = CollectorRegistry()
    registry.register(ArchiveCollector(archive))
    registry.register(ScheduleCollector(archive))
    host, _, port = address.rpartition(":")
    try:
        start_http_server(int(port), host.strip("[]"), registry)
    except OSError as error:
        raise ConfigError(
            f"[schedule] metrics: {address} cannot be listened at ({error.strerror or error}). "
            "Name a free port of this machine, or end what has it."
        ) from error


def _last(run: Run | None) -> Iterator[tuple[str, float]]:
    if run is not None and run.started is not None:
        yield "last_started_timestamp_seconds", run.started.timestamp()
    if run is not None and run.ended is not None:
        yield "last_ended_timestamp_seconds", run.ended.timestamp()
    if run is not None and run.exit_code is not None:
        yield "last_exit_code", run.exit_code
