"""Verbs about an archive as a whole: copy it."""

from __future__ import annotations

import sys

import click

from crawler.terminal import print_json, say


@click.command(
    short_help="Mirror or move an archive.",
    epilog="Exit codes: 0 the copy is whole, 5 some objects could not be copied (each is named), 7 refused.",
)
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--dry-run", "dry", is_flag=True, help="Write nothing; say what would be copied.")
@click.option(
    "--jobs", metavar="N", type=click.IntRange(1, 32), default=8, show_default=True,
    help="Objects under way at once.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def copy(source: str, target: str, dry: bool, jobs: int, as_json: bool) -> None:
    """Copy an archive from FROM to TO, each a folder or s3://bucket/prefix; again, only what is new.

    Every object is read back and held against its digest; one that is damaged in FROM is named and not
    copied. Bodies go first and what refers to them after, so that TO is a true archive at every moment, and
    a copy that was interrupted goes on where it was. TO is empty or an earlier copy; another archive is
    refused.
    """
    from crawler.copying import copy as run_copy
    from crawler.copying import exit_code, left_words, summary

    copied = run_copy(source, target, threads=jobs, dry=dry, say=say)
    if as_json:
        print_json(copied.to_json())
    if copied.ahead:
        say(left_words(copied, target))
    for fault in copied.faults:
        if fault.outcome == "foreign":
            say(f"{fault.key!r} is no key of an archive and was left out")
    say(summary(copied, target, dry=dry))
    sys.exit(exit_code(copied))
