"""`gongkai`: the command line, and which exit code an error means. The verbs are in `crawler/verbs/`.

Data goes to stdout, words to stderr. A verb imports what it needs when it runs: `gongkai parse` loads
no Twisted. This is the edge where expected errors become one sentence and an exit code; what nobody
foresaw keeps its traceback. It must not do a verb's work itself.
"""

from __future__ import annotations

import logging
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

import click
from click.exceptions import NoArgsIsHelpError

from crawler import config, logs
from crawler.errors import ConfigError, CrawlerError, ReportNotFound
from crawler.exits import Exit
from crawler.metrics.textfile import COMMANDS, after_command
from crawler.terminal import say
from crawler.verbs.changing import changes, diff
from crawler.verbs.covering import coverage
from crawler.verbs.crawling import crawl, demo, schedule
from crawler.verbs.exporting import bag, wacz
from crawler.verbs.keeping import archive, copy, rebuild, spool
from crawler.verbs.looking import runs
from crawler.verbs.operating import config as config_verb
from crawler.verbs.operating import doctor
from crawler.verbs.reading import parse, reparse, show
from crawler.verbs.registry import probe, sites
from crawler.verbs.verifying import verify
from crawler.verbs.watching import digest, watch
from pipelines.errors import CorrectionFileError, InvalidReport, PipelineError
from storage.errors import BadKey, NothingThere, SiteBusy, StorageError

_EXITS: tuple[tuple[type[Exception], Exit], ...] = (
    (ReportNotFound, Exit.NOT_FOUND),
    (CrawlerError, Exit.USAGE),
    (CorrectionFileError, Exit.USAGE),
    (InvalidReport, Exit.ARCHIVE),
    (PipelineError, Exit.UNREADABLE),
    (SiteBusy, Exit.BUSY),
    (BadKey, Exit.USAGE),
    (NothingThere, Exit.NOT_FOUND),
    (StorageError, Exit.ARCHIVE),
)
"""Which exit code an expected error means; the first that fits counts."""


MENDING = ("config", "doctor")
"""Verbs that say themselves what is wrong about the configuration file."""
ASKS_FOR_HELP = f"{__name__}.help"


def _measured(verb: click.Command) -> click.Command:
    """The verb, which leaves metrics of how it ended where it is one that runs by itself."""
    run = verb.callback
    if run is None or verb.name not in COMMANDS:
        return verb

    @wraps(run)
    def callback(*args: Any, **given: Any) -> Any:
        code: int = Exit.BUG
        try:
            result, code = run(*args, **given), Exit.OK
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else Exit.OK
            raise
        except click.ClickException as error:
            code = error.exit_code
            raise
        except (CrawlerError, PipelineError, StorageError) as error:
            code = exit_of(error)
            raise
        finally:
            if not given.get("dry"):
                after_command(str(verb.name), given["archive"], given.get("sites", ()), code)
        return result

    verb.callback = callback
    return verb


def _refuse(ctx: click.Context, error: click.ClickException) -> NoReturn:
    """What is wrong about the command line: with the usage, as click shows it, or as a line of the log."""
    if not logs.as_json() or isinstance(error, NoArgsIsHelpError):
        raise error
    say(error.format_message(), logging.ERROR)
    ctx.exit(error.exit_code)


def exit_of(error: CrawlerError | PipelineError | StorageError) -> Exit:
    """Which exit code an expected error means."""
    return next(code for kind, code in _EXITS if isinstance(error, kind))


class Verbs(click.Group):
    """A group whose expected errors are one sentence each."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Help is given whatever the configuration file says."""
        ctx.meta[ASKS_FOR_HELP] = not {"-h", "--help"}.isdisjoint(args)
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            logs.set_up()
            _refuse(ctx, error)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the verb."""
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            _refuse(ctx, error)
        except (CrawlerError, PipelineError, StorageError) as error:
            say(str(error), logging.ERROR)
            ctx.exit(exit_of(error))


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gongkai", prog_name="gongkai", message="%(prog)s %(version)s")
@click.option(
    "--config",
    "file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The configuration file.  [default: GONGKAI_CONFIG, ./gongkai.toml, or the user's own]",
)
@click.option(
    "--log",
    type=click.Choice(["text", "json"]),
    help="How lines on stderr are written; json: each is an object.  [default: GONGKAI_LOG, or text]",
)
@click.pass_context
def main(ctx: click.Context, file: Path | None, log: str | None) -> None:
    """Crawl, archive and read 政府信息公开工作年度报告, the annual disclosure reports of China's governments.

    \b
    To begin:
      gongkai demo                 see it work on a made-up site, without a network
      gongkai config --write       write down where the archive lies
      gongkai doctor               whether everything is in order
      gongkai sites                which sites can be crawled
      gongkai probe URL --write    add one, from its home page
      gongkai crawl bjxch          crawl one into ./archive
      gongkai show bjxch 2024      look at what was found
      gongkai parse report.pdf     read one document of your own
    """
    config.forget()
    ctx.call_on_close(config.forget)
    ctx.obj = file
    try:
        config.load(file)
    except ConfigError:
        if ctx.invoked_subcommand not in MENDING and not ctx.meta[ASKS_FOR_HELP]:
            raise
        config.go_without()
    finally:
        if log is not None:
            config.override(logs.VARIABLE, log)
        logs.set_up()


for verb in (
    crawl,
    schedule,
    demo,
    sites,
    probe,
    parse,
    show,
    coverage,
    changes,
    diff,
    reparse,
    rebuild,
    archive,
    copy,
    spool,
    runs,
    wacz,
    bag,
    verify,
    watch,
    digest,
    config_verb,
    doctor,
):
    main.add_command(_measured(verb))


if __name__ == "__main__":
    main()
