"""`gongkai copy`: opens the two places, shows how far it is, and says in words what came of it.

It must not decide what is copied: `storage.copying` does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from crawler.errors import CrawlerError
from crawler.exits import Exit
from storage.archive import state_folder
from storage.copying import FAULTS, Copied, Done, Step
from storage.copying import copy as copy_store
from storage.identity import identify
from storage.store import address, open_store, server

_WORDS = {
    "damaged": "is not what its key or kind says and was not copied",
    "missing": "is listed but not there",
    "unreadable": "cannot be read",
    "foreign": "is no key of an archive and was left out",
}

Say = Callable[[str], None]


class SamePlace(CrawlerError):
    """Raised when an archive is to be copied onto or into itself."""


def copy(
    source: str,
    target: str,
    *,
    profiles: tuple[str | None, str | None] = (None, None),
    threads: int,
    dry: bool,
    say: Say,
) -> Copied:
    """Copies the archive at `source` to `target`; each object that cannot be copied is named.

    `profiles`: the AWS profiles of the two, where they have some of their own.

    Raises:
        SamePlace: where one address is, or lies in, the other.
        StorageError: where one of the two cannot be used.
    """
    nested = _lie_in_one_another(address(source), address(target))
    same = SamePlace(f"{source} and {target} lie in one another: copy to a place of its own.")
    if nested and profiles[0] == profiles[1]:
        raise same
    here = open_store(source, create=False, profile=profiles[0])
    try:
        identify(here, create=False)  # before a folder is made for a copy of nothing
        there = open_store(target, create=not dry, profile=profiles[1])
        try:
            if nested and server(here) == server(there):
                raise same
            with _bar(say) as step:
                return copy_store(here, there, state_folder(target), threads=threads, dry=dry, step=step)
        finally:
            there.close()
    finally:
        here.close()


def exit_code(copied: Copied) -> Exit:
    """What the process says of it."""
    return Exit.OK if copied.whole else Exit.INCOMPLETE


def summary(copied: Copied, target: str, *, dry: bool) -> str:
    """What came of it, in a sentence."""
    counts = copied.counts
    would = "would be " if dry else ""
    words = [f"{counts['copied']} objects {would}copied"]
    words += [f"{counts['replaced']} {would}replaced"] * bool(counts["replaced"])
    words += [f"{counts['removed']} reports {would}taken away"] * bool(counts["removed"])
    words.append(f"{counts['present']} there already")
    words += [f"{counts[fault]} {fault}" for fault in FAULTS if counts[fault]]
    amount = "" if dry else f" ({decimal(copied.size)})"
    return f"{target}: {', '.join(words)}{amount}"


def left_words(copied: Copied, target: str) -> str:
    """Why reports of some sites were left alone, and what to do."""
    sites = ", ".join(sorted(copied.ahead))
    return (
        f"{target} has captures of {sites} that the source lacks: its reports of it were left as they are; "
        f"gongkai rebuild --archive {target} makes them of both"
    )


def _lie_in_one_another(one: str, other: str) -> bool:
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


@contextmanager
def _bar(say: Say) -> Iterator[Step]:
    """A progress bar on a terminal; elsewhere none. Faults are said as they come."""
    written = 0
    with Progress(
        TextColumn("copying"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[written]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    ) as progress:
        task = progress.add_task("copying", total=None, written="")

        def step(done: Done, looked_at: int, total: int) -> None:
            nonlocal written
            written += done.size
            progress.update(task, completed=looked_at, total=total, written=decimal(written))
            if done.outcome in FAULTS:
                say(f"{done.key} {_WORDS[done.outcome]}")

        yield step
