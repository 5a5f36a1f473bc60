"""`python -m tests.schedule_kills [scheduler|job|both|machine …]`: kills at ten moments each, a line each.

`--at N` takes one moment of them. The exit code is 1 if anything was wrong.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import click

from tests.schedule_kills.matrix import MATRIX
from tests.schedule_kills.trying import attempt


@click.command()
@click.argument("rows", nargs=-1, type=click.Choice(list(MATRIX)))
@click.option("--at", type=int, help="Only this moment of each, from 1.")
@click.option("--keep", is_flag=True, help="Keep the folders of what went wrong.")
def main(rows: tuple[str, ...], at: int | None, keep: bool) -> None:
    """Kill the scheduler, a job or both at chosen moments, restart the scheduler, and look at everything."""
    bad = 0
    for row in rows or MATRIX:
        for number, moments in enumerate(MATRIX[row], 1):
            if at not in (None, number):
                continue
            folder = Path(tempfile.mkdtemp(prefix="kills-"))
            tried = attempt(moments, folder, machines=1 + (row == "machine"))
            bad += bool(tried.wrong)
            click.echo(
                f"{row} {number}, {' then '.join(map(str, moments))}: {tried.schedulers} schedulers, "
                f"{sum(tried.crawls.values())} crawls, {tried.crashed} crashed runs, {tried.seconds:.0f} s: "
                f"{'; '.join(tried.wrong) or 'as it should be'}"
            )
            if tried.wrong:
                click.echo(tried.words)
            if not tried.wrong or not keep:
                shutil.rmtree(folder, ignore_errors=True)
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
