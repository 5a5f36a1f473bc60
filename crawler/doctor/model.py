"""A check as a value, and the codes that there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

State = Literal["ok", "warning", "failure"]

CODES = {
    "config-file": "the configuration file: found, readable, every key right",
    "secret-files": "files with secrets in them: there, and not for everybody to read",
    "channels": "the variables in which channels of `[watch]` have their secrets: set",
    "environment": "`GONGKAI_*` variables: known, and their values make sense",
    "contact": "an address at which a site's owner can reach you",
    "site-files": "the registry, your own site files included",
    "correction-files": "the reviewed corrections, your own files included",
    "state-folder": "this machine's spool and ledger: a local disk, writable, with room",
    "spool": "captures that wait on this machine for the archive",
    "archive-reach": "the archive's folder or bucket answers, and holds an archive or nothing",
    "archive-write": "an object can be written there",
    "archive-read": "and read back as it was",
    "archive-list": "and found in a listing",
    "archive-delete": "and taken away again",
    "archive-check": "what `gongkai archive check` found of the store, and when",
    "archive-disk": "room on the disk of an archive in a folder",
    "clock": "this machine's clock: against the store's, or a site's with --online, and the newest run",
    "time-zone": "the zone database knows Asia/Shanghai",
    "python": "the Python version",
    "packages": "installed packages, against the versions that Gongkai asks for",
    "parser": "the reader's worker process starts and reads a document",
    "libreoffice": "LibreOffice, for DOC, WPS, RTF and ODT",
    "libarchive": "libarchive, for RAR",
    "ocr": "character recognition, for scans and pictures",
    "export": "packages for `wacz`",
    "pictures": "the package for pictures of coverage, and a font that has Chinese",
    "names": "DNS: the names of the store and of a site",
    "proxy": "the proxies that are set take connections",
    "site": "with --online: the robots.txt of a configured site can be had",
    "scheduler": "a scheduler of this machine: alive, and not behind",
}
"""Each code, and what is looked at. docs/doctor.md has this table; a test compares them."""


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, and how it is."""

    code: str
    state: State
    what: str
    """A sentence: what was found."""
    remedy: str = ""
    """A sentence: what to do; "" where all is well."""

    def to_json(self) -> dict[str, Any]:
        """As data."""
        return {"code": self.code, "state": self.state, "what": self.what, "remedy": self.remedy}


@dataclass(frozen=True, slots=True)
class Patient:
    """The installation that is looked at."""

    file: Path | None
    """The configuration file; None where there is none."""
    archive: str
    state: Path
    """This machine's state folder of that archive."""
    now: datetime
    online: bool = False
    """Whether a site may be asked."""


Look = Callable[[Patient], Iterator[Check]]
"""Looks at one thing; what it raises is a failure of the code that stands before it in `examination`."""
