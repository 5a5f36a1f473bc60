"""`gongkai verify`: looks at everything in an archive, says what is wrong, and mends what can be mended.

This module puts together what `storage` and `pipelines` verify, shows how far it is, and writes the audit
record. It must not judge an object itself.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from crawler.errors import ReportNotFound, SettingError
from crawler.exits import Exit
from pipelines.corrections import load_corrections
from pipelines.report.read import PARSER
from pipelines.verify import Derived
from pipelines.worker import Reader
from storage.archive import Archive, state_folder
from storage.audit import audit_record, put_audit
from storage.catalogue import Catalogue
from storage.errors import ArchiveUnusable, NotFound
from storage.findings import Finding
from storage.identity import FORMAT
from storage.keys import (
    ARCHIVE_KEY,
    captures_prefix,
    place,
    reports_prefix,
    run_started,
    runs_prefix,
)
from storage.repair import Repaired, restore
from storage.store import Store, open_store, same_place
from storage.verify import Scope, Step, Verification

Say = Callable[[str], None]

LOST = ("body-missing", "body-damaged", "body-truncated", "body-swapped")
"""Findings that a site may help with: it may still have what was there."""

WORDS = {
    "raw": "bodies",
    "captures": "journal",
    "runs": "run records",
    "parses": "readings",
    "audits": "audit records",
    "alerts": "alert records",
}
"""Kinds of objects as the progress bar calls them."""


@dataclass(slots=True)
class Outcome:
    """What came of it."""

    record: dict[str, Any]
    """The audit record."""
    repaired: list[Repaired] = field(default_factory=list)
    left: list[tuple[Finding, str]] = field(default_factory=list)
    """Damage that was not mended, and why."""

    def to_json(self) -> dict[str, Any]:
        """What `--json` prints: the audit record, and why what was not mended was not."""
        left = [{"code": one.code, "key": one.key, "reason": reason} for one, reason in self.left]
        return self.record | {"left": left}

    @property
    def exit(self) -> Exit:
        """The exit code that says it (docs/running.md)."""
        return Exit.DAMAGED if self.left else Exit.OK


def verify(
    url: str,
    scope: Scope,
    *,
    repair: bool,
    second: str | None,
    profile: str | None = None,
    refetch: bool = False,
    restart: bool,
    say: Say,
) -> Outcome:
    """Verifies what is in `scope`; with `repair` mends what can be, from the archive at `second` if given.

    `profile`: the AWS profile of the second, if it has one of its own. `refetch`: bodies that are lost all
    the same are asked of their sites again, with the crawl's manners; once in a process.

    Raises:
        ReportNotFound: where the archive has nothing of a site.
        StorageError: where the archive, or the second one, cannot be used at all.
    """
    corrections = load_corrections()
    with ExitStack() as stack:
        store = open_store(url, create=False)
        stack.callback(store.close)
        identity = stated_identity(store)
        _check_sites(store, scope, url)
        other = None if second is None else _second(second, profile, store)
        if other is not None:
            stack.callback(other.close)
        catalogue = Catalogue(state_folder(url) / "fixity.sqlite", identity)
        stack.callback(catalogue.close)
        started = _started(catalogue, scope, restart, say)
        drawing = stack.enter_context(ExitStack())
        step = drawing.enter_context(_bar())
        done = Verification(store, catalogue, scope, started, step)
        done.run()
        derived = None
        if identity is not None:
            archive = stack.enter_context(Archive.open(url, create=False))
            derived = Derived(done, archive, stack.enter_context(Reader()), corrections)
            derived.verify()
        asking = partial(_ask_again, url, drawing.close) if refetch else None
        mended, left = _mend(done, derived, other, asking) if repair else ([], [])
        record = audit_record(done, [one.to_json() for one in mended], PARSER)
        outcome = Outcome(record, mended, left)
        if not repair:
            outcome.left = [(one, one.mend) for one in catalogue.findings() if one.level == "damage"]
        try:
            say(f"the audit record is {put_audit(done, record)}")
        except ArchiveUnusable as error:
            say(f"the audit record could not be kept: {error}")
        catalogue.end(scope.name)
        return outcome


def summary(outcome: Outcome) -> str:
    """What was looked at, in a sentence."""
    objects, bodies = outcome.record["objects"], outcome.record["bodies"]
    counted = sum(objects.values())
    sentence = f"{counted} objects; {bodies['hashed']} of {bodies['listed']} bodies hashed"
    damage = len(outcome.left)
    if outcome.repaired:
        sentence += f"; {len(outcome.repaired)} mended"
    if damage:
        return f"{sentence}; {damage} findings of damage"
    return f"{sentence}; " + ("all sound" if bodies["hashed"] == bodies["listed"] else "no damage found")


def _mend(
    done: Verification,
    derived: Derived | None,
    second: Store | None,
    ask_again: Callable[[list[str]], list[Repaired | tuple[str, str]]] | None,
) -> tuple[list[Repaired], list[tuple[Finding, str]]]:
    """What was mended, and the damage that was not, with the reason."""
    mended: dict[str, Repaired] = {}
    reasons: dict[str, str] = {}
    for finding in done.catalogue.findings():
        if finding.level == "damage" and second is not None and finding.key not in mended:
            result = restore(finding, done.store, second, done.expected)
            if isinstance(result, Repaired):
                mended[finding.key] = result
            else:
                reasons[finding.key] = result

    def note(outcomes: Iterable[Repaired | tuple[str, str]]) -> None:
        for made in outcomes:
            if isinstance(made, Repaired):
                mended[made.key] = made
            else:
                reasons[made[0]] = made[1]

    if ask_again is not None:
        bodies = (one.key for one in done.catalogue.findings("raw/") if one.code in LOST)
        note(ask_again([key for key in dict.fromkeys(bodies) if key not in mended]))
    if derived is not None:
        note(derived.mend(restored=frozenset(mended)))
    left = [
        (finding, reasons.get(finding.key, finding.mend))
        for finding in done.catalogue.findings()
        if finding.level == "damage" and finding.key not in mended
    ]
    return list(mended.values()), left


def _ask_again(url: str, before: Callable[[], None], keys: list[str]) -> list[Repaired | tuple[str, str]]:
    """Asks the sites for the bodies of these keys, after `before`."""
    if not keys:
        return []
    from crawler.refetch import refetch  # here: it loads Scrapy

    before()
    return refetch(url, (key.rpartition("/")[2] for key in keys))


def stated_identity(store: Store) -> str | None:
    """The archive's identity; None where archive.json is damaged or gone, which is for the verification.

    Raises:
        ArchiveUnusable: where there is no archive at all.
    """
    try:
        said = json.loads(store.get(ARCHIVE_KEY))
        return str(said["identity"]) if said["format"] == FORMAT else None
    except NotFound:
        if not any(next(store.list(prefix), None) for prefix in ("captures/", "runs/", "raw/")):
            raise ArchiveUnusable(f"There is no archive at {store.url}: `gongkai crawl` makes one.") from None
        return None
    except (ValueError, TypeError, KeyError):
        return None


def _second(url: str, profile: str | None, store: Store) -> Store:
    second = open_store(url, create=False, profile=profile)
    if same_place(store, second):
        second.close()
        raise SettingError("--from names the archive itself: a copy of it is needed")
    if stated_identity(second) is None:
        raise ArchiveUnusable(
            f"{ARCHIVE_KEY} in {second.url} is not Gongkai's: that is no copy to restore from."
        )
    return second


@contextmanager
def turn_to_verify(url: str, sites: tuple[str, ...], since: datetime) -> Iterator[str | None]:
    """While this lasts no other scheduler verifies; gives in words that it has been done since then.

    Raises:
        SiteBusy: where another is at it.
        ArchiveUnusable: where the store fails.
    """
    with Archive.open(url, create=False) as archive, archive.lease("_verify"):
        said = (_done(archive, key, sites, since) for key in archive.store.list("audits/"))
        yield next((one for one in said if one is not None), None)


def _done(archive: Archive, key: str, sites: tuple[str, ...], since: datetime) -> str | None:
    """That the audit record under the key is of those sites, or of all, and began since then."""
    where = place(key)
    if where is None or where.run is None or run_started(where.run) < since:
        return None
    scope = json.loads(archive.store.get(key))["scope"]["sites"]
    when = run_started(where.run).astimezone(ZoneInfo("Asia/Shanghai"))
    return (
        f"verified already at {when:%Y-%m-%d %H:%M} (Asia/Shanghai): {key}"
        if scope in ([], [*sites])
        else None
    )


def _check_sites(store: Store, scope: Scope, url: str) -> None:
    for site in scope.sites:
        prefixes = captures_prefix(site), runs_prefix(site), reports_prefix(site)
        if not any(next(store.list(prefix), None) for prefix in prefixes):
            raise ReportNotFound(f"{url} holds nothing of {site}; fetch it with: gongkai crawl {site}")


def _started(catalogue: Catalogue, scope: Scope, restart: bool, say: Say) -> datetime:
    """When this verification began: now, unless one of the same scope was interrupted."""
    begun = None if restart else catalogue.under_way(scope.name)
    if begun is not None:
        say(f"goes on with the verification that began at {begun} and did not end (--restart begins anew)")
        return datetime.fromisoformat(begun)
    now = datetime.now(UTC)
    catalogue.begin(scope.name, now.isoformat(timespec="microseconds"))
    return now


@contextmanager
def _bar() -> Iterator[Step]:
    """A progress bar on stderr where that is a terminal; else nothing is drawn."""
    if not sys.stderr.isatty():
        yield lambda what, done, of: None
        return
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks: dict[str, TaskID] = {}

        def step(what: str, done: int, of: int | None) -> None:
            if what not in tasks:
                for task in tasks.values():
                    progress.update(task, visible=False)
                tasks[what] = progress.add_task(WORDS.get(what, what), total=of)
            progress.update(tasks[what], completed=done)

        yield step
