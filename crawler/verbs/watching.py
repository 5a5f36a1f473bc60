"""The verbs that tell people: alerts when something is wrong, and a digest now and then."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from crawler.terminal import archive_option, print_json, print_view, say, wrong

if TYPE_CHECKING:
    from crawler.watch.codes import Language
    from crawler.watch.digest import Digest


FIRST_YEAR = 2000
"""Digests of earlier days are mistakes: the decree is of 2008."""


@click.command(
    short_help="Look once for what is wrong, late or changed, and tell the channels.",
    epilog="Exit codes: 0 looked, whatever was found; 5 a channel took no message; 8 another machine "
    "is looking just now. Channels stand in gongkai.toml; docs/watch.md has every code of an alert.",
)
@click.option("--dry-run", "dry", is_flag=True, help="Say what is new; note nothing, tell nobody.")
@click.option("--test", "channel", metavar="CHANNEL", help="Only send a test message through this channel.")
@click.option(
    "--language", type=click.Choice(["en", "zh"]), default="en", show_default=True,
    help="The language of what is printed; channels have their own.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@archive_option
def watch(dry: bool, channel: str | None, language: str, as_json: bool, archive: str) -> None:
    """Ask the rules once what is wrong in the archive: for cron, or for a look by hand.

    What is new is noted in the archive and told to every channel of gongkai.toml, once; what has passed is
    told, too. Alerts are no failure of this command: it ends with 0.
    """
    from crawler.config import load
    from crawler.errors import ChannelError
    from crawler.exits import Exit
    from crawler.metrics.textfile import after_watch
    from crawler.sites import load_sites
    from crawler.views.alerts import alerts_view, summary
    from crawler.watch.gather import gather
    from crawler.watch.trying import try_channel
    from crawler.watch.watching import foreseen, look
    from crawler.watch.watching import watch as run_watch
    from storage.archive import Archive

    settings = load().watch
    now = datetime.now(UTC)
    if channel is not None:
        if channel not in settings.channels:
            named = ", ".join(settings.channels) or "there is none in gongkai.toml"
            wrong(f"--test {channel}: no channel is called so ({named})")
        try:
            remark = try_channel(channel, settings, archive, now)
        except ChannelError as error:
            say(f"channel {channel}: {error}")
            sys.exit(Exit.INCOMPLETE)
        say(f"channel {channel} took the test message" + (f"; {remark}" if remark else ""))
        return
    with Archive.open(archive, create=False) as opened:
        registry = load_sites()
        if dry:
            watched = look(opened, settings, gather(opened, registry, settings.sites, now), now)
            for name, news in foreseen(watched, settings).items():
                watched.told[name] = len(news.open) + len(news.resolved)
        else:
            watched = run_watch(
                opened, settings, lambda: gather(opened, registry, settings.sites, now), now, say=say
            )
    if not dry:
        after_watch(archive, watched.state)
    if as_json:
        print_json(watched.to_json())
    elif watched.state.open:
        print_view(alerts_view(watched, "zh" if language == "zh" else "en"))
    say(summary(watched, dry=dry))
    sys.exit(Exit.INCOMPLETE if watched.failed else Exit.OK)


@click.command(
    short_help="Tell what became of everything in the last days.",
    epilog="Exit codes: 0 done, or every channel has had its digest; 5 a channel took none; 8 another "
    "machine is sending just now. docs/watch.md has the channels.",
)
@click.option("--days", type=click.IntRange(1, 400), help="How many days, up to now.  [default: 7]")
@click.option(
    "--since",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="From the beginning of this day in China.",
)
@click.option(
    "--language", type=click.Choice(["zh", "en"]),
    help="The language of what is printed.  [default: that of [watch], else zh]",
)  # fmt: skip
@click.option(
    "--send", "sending", is_flag=True, help="Send it to the channels that take digests; print nothing."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@archive_option
def digest(
    days: int | None,
    since: datetime | None,
    language: str | None,
    sending: bool,
    as_json: bool,
    archive: str,
) -> None:
    """Tell what was published, what is late, missing or changed, how the crawls went, which alerts are open.

    With --send each channel gets it in its language, once: a second machine, or a second time within half the
    days, sends nothing. Where digests were missed it begins where the last one ended, 60 days ago at most.
    """
    from crawler.config import load
    from crawler.exits import Exit
    from crawler.sites import load_sites
    from crawler.watch.digest import digest_of
    from crawler.watch.digest_text import digest_message
    from crawler.watch.digesting import send_digest
    from crawler.watch.watching import read_state
    from pipelines.coverage.model import CHINA
    from storage.archive import Archive

    if days is not None and since is not None:
        wrong("say --days or --since, not both")
    if sending and as_json:
        wrong("--send sends and --json prints: say one of them")
    if since is not None and since.year < FIRST_YEAR:
        wrong(f"--since {since.date()} is before anything was archived: say a day from {FIRST_YEAR} on")
    settings = load().watch
    now = datetime.now(UTC)
    begin = now - timedelta(days=days or 7) if since is None else since.replace(tzinfo=CHINA).astimezone(UTC)
    if begin >= now:
        wrong("--since is a day that is still to come")
    with Archive.open(archive, create=False) as opened:

        def make(since: datetime) -> Digest:
            state = read_state(opened, now, since)
            return digest_of(opened, load_sites(), settings.sites, state, since, now)

        if not sending:
            made = make(begin)
            if as_json:
                print_json(made.to_json())
            else:
                chosen: Language = "en" if (language or settings.language) == "en" else "zh"
                click.echo(digest_message(made, chosen).text)
            return
        sent = send_digest(opened, settings, make, now, now - begin)
    for name, why in sent.failed.items():
        say(f"channel {name}: {why}")
    for name, (last, first) in sent.gaps.items():
        say(
            f"channel {name}: its last digest went up to {last.astimezone(CHINA):%Y-%m-%d}, this one begins "
            f"on {first.astimezone(CHINA):%Y-%m-%d} (Asia/Shanghai)"
        )
    for name, when in sent.had.items():
        say(f"channel {name} has had a digest up to {when.astimezone(CHINA):%Y-%m-%d %H:%M} (Asia/Shanghai)")
    if not (sent.sent or sent.had or sent.failed):
        say("no channel of gongkai.toml takes digests")
    elif sent.sent:
        say(f"sent to {', '.join(sent.sent)}")
    sys.exit(Exit.INCOMPLETE if sent.failed else Exit.OK)
