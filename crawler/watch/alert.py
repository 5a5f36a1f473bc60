"""The alert: a value that says what is wrong where, since when, and on what evidence.

Plain values; no clock, no archive. What becomes of an alert over time is in `crawler/watch/state.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from crawler.watch.codes import CODES, Language, Severity


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that a person should know. Two of the same `key` are the same thing at different times."""

    code: str
    site: str
    """A site's key, or "" where the alert is about the archive or this machine."""
    subject: str
    """What it is about within the site: a host, a list, a body and year; or ""."""
    since: datetime
    """When it began, as far as the evidence tells."""
    message_zh: str
    """A sentence for people, complete in itself."""
    message_en: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    """What the message rests on: names of runs, addresses, counts. No secrets: it stands in the archive."""
    mark: str = ""
    """What of it is news when it changes: an open alert is told again only with another mark."""

    @property
    def key(self) -> str:
        """What the alert is known by."""
        return f"{self.code}:{self.site}:{self.subject}"

    @property
    def severity(self) -> Severity:
        """How much it needs a person."""
        return CODES[self.code].severity if self.code in CODES else "notice"

    def message(self, language: Language) -> str:
        """The sentence, in Chinese or English."""
        return self.message_zh if language == "zh" else self.message_en

    def to_json(self) -> dict[str, Any]:
        """The alert as records, webhooks and `--json` have it."""
        return {
            "key": self.key,
            "code": self.code,
            "severity": self.severity,
            "site": self.site,
            "subject": self.subject,
            "since": self.since.astimezone(UTC).isoformat(timespec="seconds"),
            "message": {"zh": self.message_zh, "en": self.message_en},
            "evidence": dict(self.evidence),
            "mark": self.mark,
        }


def alert_of(said: Mapping[str, Any]) -> Alert:
    """The alert that `to_json` wrote."""
    return Alert(
        said["code"],
        said["site"],
        said["subject"],
        datetime.fromisoformat(said["since"]),
        said["message"]["zh"],
        said["message"]["en"],
        said["evidence"],
        said["mark"],
    )
