"""What a verification can find: each kind has a code, and docs/archive.md has this table (a test compares).

A finding is a value; nothing here reads a store.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Level = Literal["damage", "notice"]


class Code(NamedTuple):
    """A kind of finding. `damage`: something that the archive promises is not so. `notice`: nothing is
    lost or wrong, and a person may want to know."""

    level: Level
    meaning: str
    mend: str


_COPY = "`--repair --from ARCHIVE` puts a copy in its place"
_BODY = f"{_COPY}; `--repair --refetch` asks the site for it again"
_DERIVE = "`--repair` makes it again"
_LOOK = "by hand: see where it came from, and take it away"

CODES: dict[str, Code] = {
    "identity-damaged": Code("damage", "`archive.json` is missing, or is not what it was", _COPY),
    "foreign": Code("damage", "an object whose key is not of this layout", _LOOK),
    "unreadable": Code("damage", "the store lists the object and does not hand it out", _COPY),
    "body-missing": Code("damage", "a body that the journal names is not there", _BODY),
    "body-damaged": Code("damage", "a body does not have the SHA-256 that it is named by", _BODY),
    "body-truncated": Code("damage", "the same, and it is shorter than the journal says", _BODY),
    "body-swapped": Code("damage", "the same, and it holds what another key names", _BODY),
    "body-unreferenced": Code(
        "notice",
        "a sound body that no line of the journal names: of a run under way or killed, or put there",
        "nothing; the next run on the machine of a killed one adds its lines",
    ),
    "segment-missing": Code(
        "damage", "a journal segment that a run record names, or that was here, is gone", _COPY
    ),
    "segment-damaged": Code(
        "damage", "a journal segment does not have the SHA-256 that it is named by", _COPY
    ),
    "segment-swapped": Code("damage", "the same, and it holds what another key names", _COPY),
    "segment-misfiled": Code(
        "damage", "a segment that is no journal, or the journal of another site or run", _LOOK
    ),
    "segment-uncommitted": Code(
        "notice",
        "a sound segment that no run record names: of a run under way or killed, or put there",
        "nothing; the next run on the machine of a killed one writes its record",
    ),
    "run-missing": Code(
        "damage", "a run record that a later one or an audit record names, or that was here, is gone", _COPY
    ),
    "run-damaged": Code("damage", "a run record does not have the SHA-256 that it is named by", _COPY),
    "run-swapped": Code("damage", "the same, and it holds what another key names", _COPY),
    "run-misfiled": Code("damage", "a run record that is none, or that of another site or run", _LOOK),
    "run-miscounts": Code(
        "damage",
        "a run record counts other captures than its segments hold",
        "by hand: nothing here is lost by it",
    ),
    "audit-missing": Code(
        "damage", "an audit record that a later one names, or that was here, is gone", _COPY
    ),
    "audit-damaged": Code("damage", "an audit record does not have the SHA-256 that it is named by", _COPY),
    "audit-swapped": Code("damage", "the same, and it holds what another key names", _COPY),
    "alert-missing": Code(
        "damage", "an alert record that a later one names, or that was here, is gone", _COPY
    ),
    "alert-damaged": Code("damage", "an alert record does not have the SHA-256 that it is named by", _COPY),
    "alert-swapped": Code("damage", "the same, and it holds what another key names", _COPY),
    "quarantine-damaged": Code("damage", "bytes that a repair kept aside have changed since", _COPY),
    "reading-damaged": Code("damage", "what is stored as a reading is none", _DERIVE),
    "reading-differs": Code("damage", "a reading is not what its parser reads from the body", _DERIVE),
    "reading-missing": Code("damage", "a body of a published report has no reading any more", _DERIVE),
    "reading-orphan": Code("damage", "a reading of a body that the archive never had", _LOOK),
    "report-damaged": Code("damage", "what is published is no report, or lies under another's key", _DERIVE),
    "report-differs": Code("damage", "a published report is not the fold of the captures", _DERIVE),
    "report-missing": Code("damage", "a report that the captures make is not published", _DERIVE),
    "report-unfounded": Code("damage", "a published report that no capture supports", _DERIVE),
    "reports-unchecked": Code(
        "notice",
        "the site's reports were not compared: its journal is damaged, it is being crawled, or they were "
        "published by another version of the parser",
        "mend the journal, wait, or `gongkai reparse SITE --publish`; then verify again",
    ),
}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing found: its code, the key that it is about, and what is wrong there."""

    code: str
    key: str
    message: str

    @property
    def level(self) -> Level:
        """`damage` or `notice`."""
        return CODES[self.code].level

    @property
    def mend(self) -> str:
        """How it can be mended."""
        return CODES[self.code].mend

    def to_json(self) -> dict[str, Any]:
        """The finding as audit records and `--json` have it."""
        return {
            "code": self.code,
            "level": self.level,
            "key": self.key,
            "message": self.message,
            "mend": self.mend,
        }
