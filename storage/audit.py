"""The audit record: what a verification looked at and found, kept in the archive itself.

Audit records are a chain like run records. Each names the newest run records of every site, so that the
next verification, on whatever machine, misses one that was taken away.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import Any

from storage.journal import json_document
from storage.keys import audit_key, digest, new_run
from storage.verify import AUDIT_SCHEMA, Verification

KINDS = ("raw", "captures", "runs", "parses", "reports", "audits", "alerts", "quarantine")
MOST_FINDINGS = 10_000
"""Findings that a record names; of more it has the counts."""


def audit_record(done: Verification, repaired: list[dict[str, Any]], software: str) -> dict[str, Any]:
    """The record of a verification, in the order in which it is written.

    "bodies": how many are listed, were to be hashed and were; "oldest_check" is None while one never was.
    """
    catalogue, scope = done.catalogue, done.scope
    counts = catalogue.counts()
    return {
        "schema": AUDIT_SCHEMA,
        "audit": new_run(done.started),
        "software": software,
        "started": _stamp(done.started),
        "ended": _stamp(datetime.now(UTC)),
        "archive": done.identity,
        "scope": {
            "sites": list(scope.sites),
            "sample": None if scope.share is None else scope.share * 100,
            "since": scope.since or None,
            "budget": scope.budget,
        },
        "objects": {kind: catalogue.count(kind) for kind in KINDS},
        "bodies": {
            "listed": catalogue.count("raw"),
            "chosen": done.chosen,
            "hashed": done.bodies,
            "oldest_check": catalogue.oldest_check(),
        },
        "counts": counts,
        "findings": [finding.to_json() for finding in islice(catalogue.findings(), MOST_FINDINGS)],
        "unnamed_findings": max(0, sum(counts.values()) - MOST_FINDINGS),
        "repaired": repaired,
        "heads": done.heads,
        "previous": done.audit_heads,
    }


def put_audit(done: Verification, record: dict[str, Any]) -> str:
    """Write an audit record into the archive; returns its key."""
    data = json_document(record)
    key = audit_key(record["audit"], digest(data))
    done.store.put(key, data)
    done.catalogue.remember(key, _stamp(datetime.now(UTC)))
    return key


def _stamp(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds")
