"""The verb that proves an archive sound, and mends it."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import NoReturn

import click

from crawler.terminal import Moment, archive_option, print_json, print_view, say, wrong


class Share(click.ParamType[float]):
    """A share in percent, with or without the sign."""

    name = "percent"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The share as a number from 0 to 1."""
        try:
            percent = float(str(value).removesuffix("%"))
        except ValueError:
            percent = 0.0
        if not 0 < percent <= 100:
            self.fail(f"{value!r} is no share: write 5% or 0.5%", param, ctx)
        return percent / 100


@click.command(
    short_help="Prove that the archive is sound, or say what is not.",
    epilog="Exit codes: 0 all sound, mended, or alike; 5 the two compared differ; 9 nothing of that site; "
    "10 damage, each named.",
)
@click.argument("sites", metavar="[SITE...]", nargs=-1)
@archive_option
@click.option(
    "--sample", "share", metavar="N%", type=Share(), help="Hash this share of the bodies, by chance."
)
@click.option(
    "--since", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]),
    help="Hash bodies that were captured, or confirmed, on this day (UTC) or later.",
)  # fmt: skip
@click.option(
    "--budget", metavar="N", type=click.IntRange(0),
    help="Hash at most N bodies, those first that were not checked for longest.",
)  # fmt: skip
@click.option(
    "--unless-since", "unless_since", metavar="TIME", type=Moment(),
    help="Do nothing where any machine has verified the same since then: 2026-01-31T03:00:00+08:00.",
)  # fmt: skip
@click.option("--restart", is_flag=True, help="Begin anew where an interrupted verification would go on.")
@click.option("--repair", is_flag=True, help="Mend what can be mended; what was damaged is kept aside.")
@click.option("--from", "second", metavar="URL", help="With --repair: a copy of the archive to restore from.")
@click.option(
    "--refetch", is_flag=True,
    help="With --repair: ask the sites, politely, for bodies that are lost and no copy has.",
)  # fmt: skip
@click.option("--from-profile", metavar="NAME", help="The AWS profile of --from, if it has one of its own.")
@click.option(
    "--against", metavar="URL",
    help="Compare with this archive, object by object, and do nothing else.",
)  # fmt: skip
@click.option(
    "--against-profile", metavar="NAME", help="The AWS profile of --against, if it has one of its own."
)
@click.option("--json", "as_json", is_flag=True, help="Print the audit record, or what differs, as JSON.")
def verify(
    sites: tuple[str, ...],
    archive: str,
    share: float | None,
    since: datetime | None,
    budget: int | None,
    unless_since: datetime | None,
    restart: bool,
    repair: bool,
    second: str | None,
    refetch: bool,
    from_profile: str | None,
    against: str | None,
    against_profile: str | None,
    as_json: bool,
) -> None:
    """Hash every body again, follow every reference, and compare every report with what was captured.

    SITE is a site of the archive; without any, all of them and whatever else lies there. Nothing is changed
    without --repair, except that an audit record is added to the archive. An interrupted verification goes
    on where it was. Each finding has a code (docs/archive.md) and says how it can be mended.
    """
    from crawler.metrics.textfile import after_verification
    from crawler.verify import summary, turn_to_verify
    from crawler.verify import verify as run_verify
    from crawler.views.audit import audit_view
    from storage.verify import Scope

    if (second is not None or refetch) and not repair:
        wrong(f"{'--refetch' if refetch else '--from'} goes with --repair")
    profiles = ("--from", second, from_profile), ("--against", against, against_profile)
    for option, url, profile in profiles:
        if profile is not None and url is None:
            wrong(f"{option}-profile goes with {option}")
    if against is not None:
        if sites or repair or restart or since is not None or (share, budget) != (None, None):
            wrong("--against compares everything and mends nothing: it goes alone")
        _compare(archive, against, against_profile, as_json)
    scope = Scope(
        tuple(sorted(set(sites))),
        share,
        since.replace(tzinfo=UTC).isoformat() if since is not None else "",
        budget,
    )
    with ExitStack() as alone:
        if unless_since is not None:
            already = alone.enter_context(turn_to_verify(archive, scope.sites, unless_since))
            if already is not None:
                say(already)
                return
        outcome = run_verify(
            archive,
            scope,
            repair=repair,
            second=second,
            profile=from_profile,
            refetch=refetch,
            restart=restart,
            say=say,
        )
    after_verification(archive, outcome.record)
    if as_json:
        print_json(outcome.to_json())
    else:
        print_view(audit_view(outcome), whole=True)
    say(summary(outcome))
    sys.exit(outcome.exit)


def _compare(archive: str, against: str, profile: str | None, as_json: bool) -> NoReturn:
    """What `--against` does."""
    from crawler.comparing import advice, compare, summary
    from crawler.views.audit import differences_view

    compared = compare(archive, against, profile=profile, say=say)
    if as_json:
        print_json(compared.to_json())
    elif compared.found:
        print_view(differences_view(compared), whole=True)
    for sentence in advice(compared):
        say(sentence)
    say(summary(compared))
    sys.exit(compared.exit)
