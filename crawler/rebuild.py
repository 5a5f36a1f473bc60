"""`gongkai rebuild`: makes anew what is derived: this machine's index, lacking readings, published reports.

What comes of it is what the crawls wrote, byte for byte, as long as bodies and journal are what they were.
This module walks the sites, holds each meanwhile, and says in words what came of it. It must not fetch,
and does not judge readings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from crawler.exits import Exit
from crawler.reparse import Say, asked, bar, jobs_by_default, unread
from crawler.spool import bring_in
from pipelines.corrections import Corrections, load_corrections
from pipelines.judging import fault_of_published
from pipelines.reparse import Again, Step, fold_again, read_again
from pipelines.report.changes import ReportChange
from pipelines.report.read import PARSER
from pipelines.worker import Reader
from storage.archive import Archive
from storage.errors import NotFound, SiteBusy
from storage.keys import place, reports_prefix
from storage.listing import in_threads
from storage.repair import keep_aside
from storage.store import Store
from storage.wholeness import THREADS, journal_holes


@dataclass(slots=True)
class Rebuilt:
    """What came of one site."""

    site: str
    captures: int = 0
    """Those that the journal has."""
    read: int = 0
    """Bodies that had no reading of this version of the parser, and got one."""
    changes: list[ReportChange] = field(default_factory=list)
    """Reports that were not published as the captures make them, and now are."""
    folded: Again | None = None
    """What the reports are made of; None where they were left as they are."""
    holes: list[str] = field(default_factory=list)
    """Journal segments that are damaged or gone: why the reports were left as they are."""
    aside: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Key -> what was wrong with what lay there and was no report of that key, and where it is kept now."""

    def to_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        left = [] if self.folded is None else unread(self.folded)
        return {
            "site": self.site,
            "captures": self.captures,
            "read": self.read,
            "reports": [change.to_json() for change in self.changes],
            "unchanged": 0 if self.folded is None else len(self.folded.published.unchanged),
            "unread": [{"url": one.url, "sha256": one.sha256, "reason": one.reason} for one in left],
            "journal_holes": self.holes,
            "put_aside": [
                {"key": key, "reason": reason, "quarantined": kept}
                for key, (reason, kept) in sorted(self.aside.items())
            ],
        }


@dataclass(slots=True)
class Outcome:
    """What came of all sites."""

    sites: list[Rebuilt] = field(default_factory=list)
    exit: Exit = Exit.OK

    def to_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {"parser": PARSER, "sites": [site.to_json() for site in self.sites]}


def rebuild(sites: Sequence[str], url: str, *, jobs: int | None = None, say: Say) -> Outcome:
    """Makes anew what is derived from the captures of those sites (none named: all); the reports move.

    What dead runs left on this machine is brought in before. A site whose journal has holes keeps the
    reports that it has.

    Raises:
        UnknownSite: where neither the archive nor the registry knows a site.
        ReportNotFound: where the archive has nothing of it, or nothing at all.
        CorrectionFileError, StorageError: before, or while, anything is made.
    """
    corrections, outcome = load_corrections(), Outcome()
    with Archive.open(url, create=False) as archive, Reader(workers=jobs or jobs_by_default()) as reader:
        bring_in(archive, say)
        for site in asked(archive, sites, url):
            try:
                with archive.held(site), bar(site) as step:
                    rebuilt = _site(archive, site, reader, corrections, step)
            except SiteBusy as error:
                say(str(error))
                outcome.exit = max(outcome.exit, Exit.BUSY)
                continue
            outcome.sites.append(rebuilt)
            outcome.exit = max(outcome.exit, _exit(rebuilt))
            _tell(rebuilt, say)
    return outcome


def summary(rebuilt: Rebuilt) -> str:
    """One site in a sentence."""
    counted = Counter(change.kind for change in rebuilt.changes)
    moved = ", ".join(f"{counted[kind]} {kind}" for kind in ("changed", "new", "gone") if counted[kind])
    same = 0 if rebuilt.folded is None else len(rebuilt.folded.published.unchanged)
    reports = f"{same} reports as they were" + (f", {moved}" if moved else "")
    read = f"{rebuilt.read} documents read, " if rebuilt.read else ""
    return f"{rebuilt.site}: {rebuilt.captures} captures indexed, {read}{reports}"


def _site(archive: Archive, site: str, reader: Reader, corrections: Corrections, step: Step) -> Rebuilt:
    rebuilt = Rebuilt(site)
    archive.follow(site)
    rebuilt.holes = journal_holes(archive.store, site, archive.runs(site))
    if not rebuilt.holes:  # else this machine may remember what the archive has lost
        archive.forget(site)
    rebuilt.captures = sum(1 for _ in archive.captures(site))
    if rebuilt.holes:
        return rebuilt
    rebuilt.aside = _put_aside(archive.store, site)
    read: Counter[str] = Counter()

    def counted(done: int, of: int) -> None:
        read["all"] = of
        step(done, of)

    while True:
        failed = read_again(archive, site, reader, wanting=False, step=counted)
        rebuilt.read += read["all"] - len(failed)
        rebuilt.folded = fold_again(archive, site, corrections, failed, moves=True)
        rebuilt.changes += rebuilt.folded.changes
        if not (more := archive.follow(site)):
            return rebuilt
        rebuilt.captures += more  # another machine has crawled it meanwhile


def _put_aside(store: Store, site: str) -> dict[str, tuple[str, str]]:
    """Takes away what lies among the published reports and is none; its bytes are kept."""

    def wrong(key: str) -> tuple[str, str, bytes] | None:
        try:
            data = store.get(key)
        except NotFound:
            return None
        reason = fault_of_published(key, data)
        return None if reason is None else (key, reason, data)

    aside = {}
    reports = (key for key in store.list(reports_prefix(site)) if place(key) is not None)
    for found in in_threads(wrong, reports, THREADS):
        if found is not None:
            key, reason, data = found
            aside[key] = reason, keep_aside(store, data)
            store.remove(key)
    return aside


def _exit(rebuilt: Rebuilt) -> Exit:
    if rebuilt.holes:
        return Exit.DAMAGED
    return Exit.INCOMPLETE if rebuilt.folded is not None and unread(rebuilt.folded) else Exit.OK


def _tell(rebuilt: Rebuilt, say: Say) -> None:
    site = rebuilt.site
    for key in rebuilt.holes:
        say(f"{site}: damaged or gone: {key}")
    if rebuilt.holes:
        say(
            f"{site}: {len(rebuilt.holes)} segments of its journal are damaged or gone, and its reports were "
            f"left as they are: gongkai verify {site} --repair --from ARCHIVE restores them from a copy, "
            f"gongkai reparse {site} --publish makes the reports of what there is"
        )
        return
    for key, (reason, kept) in sorted(rebuilt.aside.items()):
        say(f"{site}: {key}: {reason}; it was taken away, and is kept as {kept}")
    for left in () if rebuilt.folded is None else unread(rebuilt.folded):
        say(f"{site}: not read: {left.url}: {left.reason}")
    say(summary(rebuilt))
