"""The verbs that tell people: alerts when something is wrong, and a digest now and then."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from crawler.terminal import archive_option, print_json, print_view, say, wrong


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
            try_channel(channel, settings, archive, now)
        except ChannelError as error:
            say(f"channel {channel}: {error}")
            sys.exit(Exit.INCOMPLETE)
        say(f"channel {channel} took the test message")
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
    if as_json:
        print_json(watched.to_json())
    elif watched.state.open:
        print_view(alerts_view(watched, "zh" if language == "zh" else "en"))
    say(summary(watched, dry=dry))
    sys.exit(Exit.INCOMPLETE if watched.failed else Exit.OK)
