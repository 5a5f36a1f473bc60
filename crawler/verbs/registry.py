"""Verbs about the registry: which sites there are, finding one, checking those that there are."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from crawler.exits import Exit
from crawler.terminal import (
    print_json,
    print_view,
    say,
    settings_of,
    settings_option,
    wrong,
)


@click.group(
    invoke_without_command=True,
    short_help="List the sites that can be crawled.",
    epilog="Next: gongkai crawl SITE. A site that is missing: gongkai probe URL --write.",
)
@click.option(
    "--search", metavar="WORD", help="Only those in whose key, name, province, family or host it is."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with everything that an entry says.")
@click.pass_context
def sites(context: click.Context, search: str | None, as_json: bool) -> None:
    """List the sites that can be crawled: shipped ones, your own, and those that GONGKAI_SITES names."""
    if context.invoked_subcommand is not None:
        return
    from crawler.sites import load_sites
    from crawler.views.sites import matching, sites_json, sites_view

    found = matching(load_sites().values(), search or "")
    if as_json:
        print_json(sites_json(found))
    else:
        print_view(sites_view(found))


@sites.command("check", short_help="Look whether sites are still as their entries say.")
@click.argument("keys", metavar="[SITE...]", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every site that `gongkai sites` lists.")
@click.option(
    "--budget", metavar="N", type=click.IntRange(2, 500), default=8, show_default=True,
    help="Requests for each site at most, robots.txt included.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with what became of each address.")
@settings_option
def check(
    keys: tuple[str, ...], everything: bool, budget: int, as_json: bool, settings: tuple[str, ...]
) -> None:
    """Look whether sites are still as their entries say: ok, drifted, blocked, unreachable or forbidden.

    Drifted means that a column is gone, has moved, lists no annual report any more or runs on another
    system; `gongkai probe URL --write` finds where it is now. Nothing is archived, and no entry is changed.

    Exit codes: 0 all are as their entries say, 5 some are not.
    """
    from crawler.probing.run import run_checks
    from crawler.views.check import check_json, check_view

    if not keys and not everything:
        wrong("name a site, as in `gongkai sites check bjxch`, or --all; `gongkai sites` lists them")
    if keys and everything:
        wrong("name sites or say --all, not both")
    checks = run_checks(keys, budget, settings_of(settings))
    if as_json:
        print_json([check_json(one) for one in checks])
    else:
        print_view(check_view(checks), whole=True)
    if any(one.condition != "ok" for one in checks):
        sys.exit(Exit.INCOMPLETE)


@click.command(
    short_help="Find a site's annual reports and write its entry.",
    epilog="Exit codes: 0 found, 6 blocked, forbidden or unreachable, 9 no annual reports found.",
)
@click.argument("url", metavar="URL")
@click.option(
    "--write", metavar="[FILE]", is_flag=False, flag_value="", default=None,
    help="Write the entry: into FILE, else where GONGKAI_SITES points, else into your own folder of sites.",
)  # fmt: skip
@click.option("--budget", metavar="N", type=click.IntRange(2, 500), default=40, show_default=True,
              help="Requests at most, robots.txt included.")  # fmt: skip
@click.option("--name", metavar="NAME", help="The place's or body's name, where the site says it wrongly.")
@click.option("--code", metavar="CODE", help="The division code (GB/T 2260), six digits.")
@click.option("--key", metavar="KEY", help="The key that the entry gets: what is typed at `gongkai crawl`.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with all that was looked at.")
@settings_option
def probe(
    url: str,
    write: str | None,
    budget: int,
    name: str | None,
    code: str | None,
    key: str | None,
    as_json: bool,
    settings: tuple[str, ...],
) -> None:
    """Find the annual-report columns of a site: from URL, any address on it, usually its home page.

    Follows menus as a person would, one page after the other with all of a crawl's manners, and says what it
    looked at and why it decided as it did. Nothing of it is archived, and nothing is written without --write.
    """
    from crawler.probing.run import address, run_probe

    start = address(url)
    if write is not None and "://" in write:
        wrong("--write takes a file: put it behind the address, as in `gongkai probe URL --write`")
    found = run_probe(start, budget, settings_of(settings), say)
    data: dict[str, Any] = {}
    from crawler.views.probe import probe_json, probe_view

    if not as_json:
        print_view(probe_view(found), whole=True)
    if found.columns and write is not None:
        from crawler.probing.entries import register
        from crawler.views.probe import written_view

        done = register(found, {"name": name, "code": code, "key": key}, Path(write) if write else None)
        data = {"key": done.site.key, "file": str(done.file), "entry": done.text}
        if not as_json:
            print_view(written_view(done), whole=True)
    elif found.columns:
        say("nothing is written; `--write` writes the entry")
    if as_json:
        print_json(probe_json(found) | data)
    sys.exit(found.exit)
