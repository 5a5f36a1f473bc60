"""Metrics out of what the archive and this machine know. Pure: records in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crawler.explaining import Record, counted, seconds
from crawler.metrics.catalogue import Measured
from storage.findings import CODES
from storage.leftovers import Spooled
from storage.tally import NEWS

if TYPE_CHECKING:
    from crawler.watch.state import State


def measure_run(to: Measured, site: str, record: Record) -> None:
    """The site's newest run. What its record does not say has no value."""
    said = counted(record)
    to.set("gongkai_run_started_timestamp_seconds", stamp(record.get("started")), site)
    to.set("gongkai_run_stopped_timestamp_seconds", stamp(record.get("stopped")), site)
    to.set("gongkai_run_seconds", seconds(record), site)
    to.set("gongkai_run_outcome", 1, site, said["outcome"])
    to.set("gongkai_run_complete", said["complete"], site)
    to.set("gongkai_run_expected_addresses", said["expected"], site)
    to.set("gongkai_run_found_addresses", said["found"], site)
    for state, count in (record.get("counts") or {}).items():
        to.set("gongkai_run_addresses", count, site, state)
    for news in NEWS:
        to.set("gongkai_run_news", said[news], site, news)
    for name in ("reports", "gaps", "unread", "bytes"):
        to.set(f"gongkai_run_{name}", said[name], site)
    to.set("gongkai_run_lost", said["lost"], site)
    to.set("gongkai_run_bugs", record.get("bugs"), site)
    to.set("gongkai_run_read", record.get("read"), site)
    if (lists := record.get("lists")) is not None:
        to.set("gongkai_run_lists", len(lists), site)
        to.set("gongkai_run_offered_reports", sum(one["reports"] for one in lists), site)
    for code, count in (record.get("findings") or {}).items():
        to.set("gongkai_run_findings", count, site, code)
    to.set("gongkai_run_published", (record.get("published") or {}).get("published"), site)
    _measure_requests(to, site, record.get("requests") or {})


def _measure_requests(to: Measured, site: str, requests: Mapping[str, Mapping[str, int]]) -> None:
    main = max(sorted(requests), key=lambda host: sum(requests[host].values()), default=None)
    totals: dict[tuple[str, str], int] = {}
    for host, answers in requests.items():
        for status, count in answers.items():
            key = ("main" if host == main else "other", status)
            totals[key] = totals.get(key, 0) + count
    for (which, status), count in totals.items():
        to.set("gongkai_run_requests", count, site, which, status)


def measure_spools(to: Measured, waits: Iterable[Spooled], sites: Iterable[str]) -> None:
    """What waits on this machine; a site of which nothing waits has 0."""
    sums = dict.fromkeys(sites, (0, 0))
    for left in waits:
        captures, size = sums.get(left.site, (0, 0))
        sums[left.site] = captures + left.captures, size + left.size
    for site, (captures, size) in sums.items():
        to.set("gongkai_spool_captures", captures, site)
        to.set("gongkai_spool_bytes", size, site)


def measure_audit(to: Measured, audit: Mapping[str, Any]) -> None:
    """The last verification; a code that it did not find has 0."""
    to.set("gongkai_verify_ended_timestamp_seconds", stamp(audit.get("ended")))
    bodies = audit.get("bodies") or {}
    to.set("gongkai_verify_hashed_bodies", bodies.get("hashed"))
    to.set("gongkai_verify_bodies", bodies.get("listed"))
    found = audit.get("counts") or {}
    for code, described in CODES.items():
        to.set("gongkai_verify_findings", found.get(code, 0), code, described.level)


def measure_alerts(to: Measured, state: State) -> None:
    """Which alerts are open; a code of which none is has 0."""
    from crawler.watch.codes import CODES as ALERTS

    counts = {(code, described.severity): 0 for code, described in ALERTS.items()}
    for known in state.open:
        key = (known.alert.code, known.alert.severity)
        counts[key] = counts.get(key, 0) + 1
    for (code, severity), count in counts.items():
        to.set("gongkai_alerts_open", count, code, severity)
    if state.evaluated is not None:
        to.set("gongkai_watch_evaluated_timestamp_seconds", state.evaluated.timestamp())


def stamp(moment: str | None) -> float | None:
    """A stored time as Prometheus has it: seconds since 1970."""
    return None if moment is None else datetime.fromisoformat(moment).timestamp()
