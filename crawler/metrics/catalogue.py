"""Which metrics there are: name, kind, labels and meaning. docs/metrics.md has this table; a test compares.

Every metric has the label `archive`, too: its address in normal form.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


class Described(NamedTuple):
    """What a metric is."""

    kind: Literal["gauge", "counter"]
    labels: tuple[str, ...]
    """Besides `archive`."""
    means: str


_SITE = ("site",)
METRICS: dict[str, Described] = {
    "gongkai_run_started_timestamp_seconds": Described("gauge", _SITE, "when the site's newest run began"),
    "gongkai_run_stopped_timestamp_seconds": Described(
        "gauge", _SITE, "when it ended; of a killed run, its last answer"
    ),
    "gongkai_run_seconds": Described("gauge", _SITE, "how long it took"),
    "gongkai_run_outcome": Described(
        "gauge",
        ("site", "outcome"),
        "1 for how it ended: complete, incomplete, crashed, shutdown, … (docs/running.md)",
    ),
    "gongkai_run_complete": Described("gauge", _SITE, "1 if it calls itself complete, else 0"),
    "gongkai_run_expected_addresses": Described(
        "gauge", _SITE, "addresses that it expected; not there for a killed run"
    ),
    "gongkai_run_found_addresses": Described(
        "gauge", _SITE, "addresses of which the archive has what it found or knew"
    ),
    "gongkai_run_addresses": Described(
        "gauge",
        ("site", "state"),
        "addresses by state: captured, unchanged, resting, absent, failed, refused, blocked",
    ),
    "gongkai_run_news": Described("gauge", ("site", "news"), "captured addresses: new, changed, same"),
    "gongkai_run_reports": Described("gauge", _SITE, "report pages among what was found"),
    "gongkai_run_lists": Described("gauge", _SITE, "lists that were read"),
    "gongkai_run_offered_reports": Described("gauge", _SITE, "entries of reports that these lists offered"),
    "gongkai_run_gaps": Described("gauge", _SITE, "lists that were left early, or lead nowhere"),
    "gongkai_run_unread": Described("gauge", _SITE, "documents that could not be read"),
    "gongkai_run_lost": Described("gauge", _SITE, "captures whose body was lost"),
    "gongkai_run_bugs": Described("gauge", _SITE, "errors that nobody foresaw"),
    "gongkai_run_requests": Described(
        "gauge",
        ("site", "host", "status"),
        "answers by status (error: none came); host is main for the host that was asked most, else other",
    ),
    "gongkai_run_bytes": Described("gauge", _SITE, "bytes received, as on the wire"),
    "gongkai_run_read": Described("gauge", _SITE, "documents that it read"),
    "gongkai_run_findings": Described("gauge", ("site", "code"), "findings in what it read, by code"),
    "gongkai_run_published": Described("gauge", _SITE, "reports that it wrote"),
    "gongkai_runs_total": Described("counter", _SITE, "runs of the site that the archive has records of"),
    "gongkai_spool_captures": Described(
        "gauge", _SITE, "captures on this machine that the archive lacks, or may lack"
    ),
    "gongkai_spool_bytes": Described("gauge", _SITE, "their size"),
    "gongkai_spool_limit_bytes": Described("gauge", (), "what all spools of the archive may hold here"),
    "gongkai_archive_reachable": Described("gauge", (), "1 if the archive could be read, else 0"),
    "gongkai_verify_ended_timestamp_seconds": Described("gauge", (), "when the last verification ended"),
    "gongkai_verify_findings": Described(
        "gauge", ("code", "level"), "what it found, by code and level (damage, notice); docs/archive.md"
    ),
    "gongkai_verify_hashed_bodies": Described("gauge", (), "bodies that it hashed"),
    "gongkai_verify_bodies": Described("gauge", (), "bodies that there were"),
    "gongkai_alerts_open": Described(
        "gauge", ("code", "severity"), "alerts that are open, by code and severity; docs/watch.md"
    ),
    "gongkai_watch_evaluated_timestamp_seconds": Described(
        "gauge", (), "when the rules of the watch last were noted as evaluated"
    ),
    "gongkai_command_exit_code": Described(
        "gauge", ("command", "sites"), "how a command last ended: docs/running.md, Exit codes"
    ),
    "gongkai_command_ended_timestamp_seconds": Described("gauge", ("command", "sites"), "when it ended"),
    "gongkai_collected_timestamp_seconds": Described(
        "gauge", (), "when the archive was last read for these metrics"
    ),
}


class Measured(Collector):
    """Values of metrics of one archive; also what prometheus_client takes them from."""

    def __init__(self, archive: str) -> None:
        self._archive = archive
        self._values: dict[str, dict[tuple[str, ...], float]] = {}

    def set(self, name: str, value: float | None, *labels: str) -> None:
        """Notes a value; None: it is not known, and not said."""
        if value is not None:
            assert len(labels) == len(METRICS[name].labels), name
            self._values.setdefault(name, {})[labels] = float(value)

    def update(self, other: Measured) -> None:
        """Takes all that another has."""
        for name, values in other._values.items():
            self._values.setdefault(name, {}).update(values)

    def names(self) -> Iterable[str]:
        """The metrics that have a value."""
        return self._values.keys()

    def collect(self) -> Iterator[Metric]:
        """prometheus_client's: the metrics in the catalogue's order."""
        for name, described in METRICS.items():
            if name in self._values:
                kind = GaugeMetricFamily if described.kind == "gauge" else CounterMetricFamily
                family = kind(name, described.means, labels=("archive", *described.labels))
                for labels, value in sorted(self._values[name].items()):
                    family.add_metric((self._archive, *labels), value)
                yield family
