"""What a run record says, in words and counts. Pure: records in, sentences out.

Records of older versions are explained, too: what they did not write down is not known, and None says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Record = dict[str, Any]
"""A run record as it was written (docs/archive.md)."""

FOUND = ("captured", "unchanged", "resting")
"""States of an address that the archive has."""
LACKING = ("blocked", "failed")
"""States of an address that nothing explains."""
OUTCOMES = {
    "complete": "all that was expected was found, or the site itself explains why not; all was read; reports "
    "were among it",
    "incomplete": "it ended by itself, and something is lacking: `gongkai runs RUN` says what, why, and what "
    "to do",
    "crashed": "it was killed; the record says what its captures tell, and does not know what it expected",
    "shutdown": "it was stopped by SIGTERM or Ctrl-C",
    "taken-over": "the machine slept, or had lost its store, and another one is crawling the site now",
    "spool-full": "the store was away until the spool was full",
    "archive-failed": "the archive, or this machine's disk, failed",
    "archive-damaged": "something that the archive should hand out is damaged or gone",
}
"""How a run may have ended; docs/running.md has this table. Scrapy's settings that end a crawl have other
words."""
NAMED = (*LACKING, "gaps", "unread", "lost", "absent", "refused")
"""What a record names with a reason, in the order in which a person wants to hear of it."""
_LOST = "its body was gone from the archive before the run's captures were sealed"
_ADDRESS = re.compile(r"https?://\S*[^\s:;,]")
_UNREACHABLE = re.compile(
    r"refuses connections|is unknown|lets no connection|did not answer|cannot be reached|broke the connection"
)


def outcome(record: Record) -> str:
    """How a run ended, in a word: complete, incomplete, or why it ended early."""
    if record["ended"] != "finished":
        return str(record["ended"])
    return "complete" if record.get("complete") else "incomplete"


def counted(record: Record) -> dict[str, Any]:
    """The record with counts in place of lists; None for what it does not say."""
    counts: dict[str, int] = record.get("counts") or {}
    findings, requests = record.get("findings"), record.get("requests")
    return {
        "machine": record.get("machine"),
        "started": record["started"],
        "stopped": record.get("stopped"),
        "seconds": seconds(record),
        "outcome": outcome(record),
        "ended": record["ended"],
        "complete": bool(record.get("complete")),
        "years": record.get("years"),
        "expected": record.get("expected"),
        "found": found(record),
        **{state: counts.get(state) for state in (*FOUND, *LACKING, "absent", "refused")},
        **{name: _length(record, name) for name in ("new", "changed", "same", "gaps", "unread")},
        "lost": len(record.get("lost") or ()),
        "reports": record.get("reports"),
        "findings": None if findings is None else sum(findings.values()),
        "requests": None if requests is None else sum(sum(host.values()) for host in requests.values()),
        "bytes": record.get("bytes"),
    }


def found(record: Record) -> int | None:
    """How many addresses the archive has as they now are; None where the record does not say."""
    counts = record.get("counts")
    return None if counts is None else sum(counts.get(state, 0) for state in FOUND)


def seconds(record: Record) -> int | None:
    """How long the run took; None where the record does not say."""
    if "stopped" not in record:
        return None
    took = datetime.fromisoformat(record["stopped"]) - datetime.fromisoformat(record["started"])
    return max(0, round(took.total_seconds()))


@dataclass(frozen=True, slots=True)
class Group:
    """Addresses of one state about which there is the same to say."""

    state: str
    reason: str
    urls: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {"state": self.state, "reason": self.reason, "urls": list(self.urls)}


def groups(record: Record) -> list[Group]:
    """What the run did not have, by state and reason: what nothing explains first, and the frequent before
    the rare. Reasons that differ in an address only are one."""
    made: list[Group] = []
    for state in NAMED:
        urls: dict[str, list[str]] = {}
        reasons: dict[str, set[str]] = {}
        for one in record.get(state) or ():
            reason = str(one.get("reason") or _LOST)
            alike = _ADDRESS.sub("…", reason)
            urls.setdefault(alike, []).append(str(one["url"]))
            reasons.setdefault(alike, set()).add(reason)
        for alike in sorted(urls, key=lambda reason: -len(urls[reason])):
            said = reasons[alike].pop() if len(reasons[alike]) == 1 else alike
            made.append(Group(state, said, tuple(urls[alike])))
    return made


def verdict(record: Record) -> str:
    """Whether the run is complete, and if not, what keeps it from being so."""
    if record["ended"] == "crashed":
        return "It was killed. What it expected died with it: what is said here is what its captures tell."
    if record.get("complete"):
        lack = (record.get("expected") or 0) - (found(record) or 0)
        said = f"It is complete: of {record.get('expected')} expected addresses {found(record)} were found"
        return f"{said}, and the site itself explains the other {lack}." if lack else f"{said}."
    said = f"It is not complete: {'; '.join(_why_incomplete(record)) or 'its record does not say why'}."
    if record["ended"] == "finished":
        return said
    return f"{said} It ended early: {OUTCOMES.get(record['ended'], record['ended'])}."


def _why_incomplete(record: Record) -> Iterator[str]:
    counts = record.get("counts") or {}
    for state in LACKING:
        if counts.get(state):
            yield f"of {record.get('expected')} expected addresses {counts[state]} {state}"
    for name, one, several in (
        ("gaps", "list was left before its end, or leads nowhere", "lists were left early, or lead nowhere"),
        ("unread", "document could not be read", "documents could not be read"),
        ("lost", "body was lost", "bodies were lost"),
        ("garbled", "file of the spool was garbled", "files of the spool were garbled"),
    ):
        if number := _length(record, name):
            yield f"{number} {one if number == 1 else several}"
    if bugs := record.get("bugs"):
        yield f"{bugs} error{'s' if bugs > 1 else ''} that nobody foresaw"
    if record.get("unpublished"):
        yield "its reports could not be published"
    if record.get("reports") == 0:
        yield "no page of a report was found"


def next_steps(record: Record) -> list[str]:
    """What a person can do about it, a sentence each, the most urgent first; none where all is well."""
    return [*_harm(record), *_about_the_site(record), *_again(record)]


def _harm(record: Record) -> Iterator[str]:
    """What to do where something is broken here."""
    site, ended = record["site"], record["ended"]
    if record.get("bugs"):
        yield "The log of that crawl has a traceback for each error: please report them."
    if record.get("garbled"):
        yield (
            "This machine's disk did not keep what was written: check it. The files are in the state folder, "
            "under garbled/."
        )
    if record.get("lost"):
        yield f"The site may still have what was lost: gongkai verify {site} --repair --refetch"
    if problem := record.get("unpublished"):
        yield f"{problem} When that is mended, type: gongkai rebuild {site}"
    if ended == "spool-full":
        yield "Let the store catch up (gongkai spool drain), or raise GONGKAI_SPOOL_LIMIT."
    if ended.startswith("archive-"):
        yield "Look at the place that the archive lies in: gongkai archive check, then gongkai verify"


def _about_the_site(record: Record) -> Iterator[str]:
    """What to do where the site is not as it was thought to be."""
    site, counts = record["site"], record.get("counts") or {}
    reasons = " ".join(str(one.get("reason")) for one in record.get("failed") or ())
    if counts.get("blocked"):
        yield (
            "The site refuses this crawl, and nothing is done to get round that. Try another hour, name a "
            "contact (GONGKAI_CONTACT); if it lasts, write to the site's owner."
        )
    if "http_proxy" in reasons:
        yield "Check http_proxy and https_proxy."
    elif _UNREACHABLE.search(reasons):
        yield "Look whether the site opens in a browser on this machine's network."
    if record.get("gaps") or (record.get("reports") == 0 and not record.get("years")):
        yield f"See whether the site's entry still leads to its reports: gongkai sites check {site}"
    if record.get("unread"):
        yield (
            "Each unread document says what it lacks (docs/running.md, What it needs beside Python); after "
            f"installing it: gongkai reparse {site} --publish"
        )


def _again(record: Record) -> Iterator[str]:
    """What the next crawl does about it."""
    if record["ended"] == "crashed":
        yield f"Nothing received is lost, and the next crawl goes on: gongkai crawl {record['site']}"
    elif record["ended"] != "finished" or any((record.get("counts") or {}).get(one) for one in LACKING):
        yield f"The next crawl asks again for what it did not get: gongkai crawl {record['site']}"


def explained(record: Record) -> dict[str, Any]:
    """The record, and what is said of it, for programs."""
    says = {
        "outcome": outcome(record),
        "verdict": verdict(record),
        "groups": [group.to_json() for group in groups(record)],
        "next": next_steps(record),
    }
    return record | {"says": says}


def _length(record: Record, name: str) -> int | None:
    return len(record[name]) if isinstance(record.get(name), list) else None
