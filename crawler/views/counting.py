"""A count that grows while something long is written, on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


@contextmanager
def counting(things: str) -> Iterator[Callable[[int], None]]:
    """Tell what this gives how many things are done; where stderr is no terminal nothing is shown."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.completed:,} {task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(things, total=None)
        yield lambda done: progress.update(task, completed=done)
