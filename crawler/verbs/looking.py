"""Verbs that look back: which runs there were, and what became of them."""

from __future__ import annotations

from datetime import datetime

import click

from crawler.terminal import archive_option, print_json, print_view, say, wrong


@click.command(
    short_help="List runs, or explain one.",
    epilog="Exit codes: 0 done, whatever became of the runs, 7 the archive cannot be used, 9 no such "
    "run, or none of that site. Next: gongkai runs RUN explains one.",
)
@click.argument("words", metavar="[SITE...|RUN]", nargs=-1)
@click.option(
    "--since", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]),
    help="Only runs that began on that day or later, in the time of Asia/Shanghai.",
)  # fmt: skip
@click.option(
    "--limit", metavar="N", type=click.IntRange(1), default=20, show_default=True,
    help="So many runs at most, the newest.",
)  # fmt: skip
@archive_option
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON: the list, or the run's record as it stands."
)
def runs(words: tuple[str, ...], since: datetime | None, limit: int, archive: str, as_json: bool) -> None:
    """List the runs of SITE, or of all sites, newest first; or explain one RUN.

    RUN is a run's name or the beginning of it (20261122T16 …). Its explanation says what was expected and
    what became of it, groups what could not be had by reason with some addresses of each, and says what to
    do next. A run that was killed is recorded by the next one on the same machine; what waits there is named.
    """
    from crawler.explaining import explained
    from crawler.runs import find_run, is_run, list_runs
    from crawler.views.runs import HOME, run_view, runs_view

    named = [word for word in words if is_run(word)]
    if named and (len(words) > 1 or since is not None):
        wrong("name one run, or sites; --since goes with sites")
    if named:
        record = find_run(archive, named[0])
        if as_json:
            print_json(explained(record))
        else:
            print_view(run_view(record), whole=True)
        return
    found = list_runs(archive, words, since.replace(tzinfo=HOME) if since is not None else None, limit)
    if as_json:
        print_json(found.to_json())
    elif found.listed or found.here:
        print_view(runs_view(found))
    else:
        say("no run" + (f" since {since:%Y-%m-%d}" if since is not None else "; type: gongkai crawl SITE"))
