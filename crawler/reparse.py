"""`gongkai reparse`: reads again what an older parser read, and shows what that changes before it moves.

This module walks the sites, holds each while it is read, and says in words what came of it. It must
not fetch, and does not judge readings.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from crawler.errors import ReportNotFound
from crawler.exits import Exit
from crawler.sites import find_site, load_sites
from crawler.spool import bring_in
from pipelines.corrections import SHIPPED, load_corrections
from pipelines.publish import Left
from pipelines.reparse import Again, Step, fold_again, read_again, unused
from pipelines.report.corrected import Reviewed
from pipelines.report.read import PARSER
from pipelines.versions import UNFIT
from pipelines.worker import Reader
from storage.archive import Archive
from storage.errors import SiteBusy

MOST_JOBS = 4
"""Worker processes unless more are asked for; each may take 2 GiB."""

Say = Callable[[str], None]


@dataclass(slots=True)
class Outcome:
    """What came of all sites."""

    sites: list[Again] = field(default_factory=list)
    unused: list[tuple[Reviewed, str]] = field(default_factory=list)
    """The operator's own corrections that apply to nothing here, and why."""
    exit: Exit = Exit.OK

    def to_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "parser": PARSER,
            "sites": [
                {
                    "site": again.site,
                    "read": again.read,
                    "published": again.moved,
                    "reports": [change.to_json() for change in again.changes],
                    "unchanged": len(again.published.unchanged),
                    "unread": [
                        {"url": left.url, "sha256": left.sha256, "reason": left.reason}
                        for left in unread(again)
                    ],
                    "stale_corrections": again.stale,
                }
                for again in self.sites
            ],
            "unused_corrections": [
                {"sha256": one.sha256, "cell": one.cell, "source": one.source, "reason": reason}
                for one, reason in self.unused
            ],
        }


def jobs_by_default() -> int:
    """As many workers as the machine has cores, a few at most."""
    return max(1, min(MOST_JOBS, os.cpu_count() or 1))


def reparse(
    sites: Sequence[str], url: str, *, jobs: int, everything: bool, publish: bool, say: Say
) -> Outcome:
    """Reads those sites of the archive (none named: all) again, and folds them; `publish` moves the reports.

    Raises:
        UnknownSite: where neither the archive nor the registry knows a site.
        ReportNotFound: where the archive has nothing of it, or nothing at all.
        CorrectionFileError, StorageError: before, or while, anything is read.
    """
    corrections, outcome = load_corrections(), Outcome()
    with Archive.open(url, create=False) as archive, Reader(workers=jobs) as reader:
        bring_in(archive, say)
        for site in asked(archive, sites, url):
            try:
                with archive.held(site), bar(site) as step:
                    failed, read = _read(archive, site, reader, everything, step)
                    again = fold_again(archive, site, corrections, failed, moves=publish)
            except SiteBusy as error:
                say(str(error))
                outcome.exit = Exit.BUSY
                continue
            again.read = read
            outcome.sites.append(again)
            if unread(again) and outcome.exit is Exit.OK:
                outcome.exit = Exit.INCOMPLETE
            say(summary(again, url))
        own = (one for one in corrections if not one.source.startswith(str(SHIPPED)))
        left = [one for one in own if one not in corrections.used]
        outcome.unused = list(unused(left, outcome.sites, archive))
    for again in outcome.sites:
        for document in unread(again):
            say(f"{again.site}: not read: {document.url}: {document.reason}")
        for finding in again.stale:
            say(f"{finding['organization']}, {finding['year']}: {finding['where']}: {finding['message']}")
    for one, reason in outcome.unused:
        say(f"{one.source} corrects {one.cell} of {one.sha256}: {reason}")
    return outcome


def unread(again: Again) -> list[Left]:
    """The documents that could not be read; a broken transfer or an error page is none."""
    return [left for left in again.published.unread if left.reason not in UNFIT.values()]


def summary(again: Again, url: str) -> str:
    """One site in a sentence or two."""
    kinds = [change.kind for change in again.changes]
    counted = ", ".join(f"{kinds.count(kind)} {kind}" for kind in ("changed", "new", "gone"))
    tense = "reports moved" if again.moved else "reports would move"
    sentence = f"{again.site}: {again.read} documents read again; {tense}: {counted}"
    if kinds and not again.moved:
        here = "" if url == "./archive" else f" --archive {url}"
        sentence += (
            f". Nothing published has moved; this moves it: gongkai reparse {again.site} --publish{here}"
        )
    return sentence


def _read(
    archive: Archive, site: str, reader: Reader, everything: bool, step: Step
) -> tuple[dict[str, str], int]:
    """Why what could not be read could not, by digest, and how many were read."""
    total = 0

    def counted(done: int, of: int) -> None:
        nonlocal total
        total = of
        step(done, of)

    failed = read_again(archive, site, reader, everything=everything, step=counted)
    return failed, total - len(failed)


def asked(archive: Archive, sites: Sequence[str], url: str) -> list[str]:
    """The sites that are meant: those named, or all that the archive has captures of; raises as `reparse`."""
    held = archive.sites()
    if not held:
        raise ReportNotFound(f"{url} holds no captures; fetch some with: gongkai crawl SITE")
    for site in sites:
        if site not in held:
            find_site(site, load_sites())
            raise ReportNotFound(f"{url} holds nothing of {site}; fetch it with: gongkai crawl {site}")
    return list(dict.fromkeys(sites)) or held


@contextmanager
def bar(site: str) -> Iterator[Step]:
    """A progress bar on stderr where that is a terminal; else nothing is drawn."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(site, total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)
