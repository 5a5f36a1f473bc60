"""`gongkai demo`: the whole way from a website to checked tables, against the replica on this machine.

The crawl is the real one, in a process of its own whose proxies lead to the replica and nowhere else.
This module must not crawl a real site, nor put invented reports beside real ones.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from crawler import config
from crawler.errors import DemoUnavailable
from crawler.exits import Exit
from crawler.views.report import report_view
from crawler.views.summary import findings_view, years_view
from pipelines.report.model import Report
from pipelines.report.stored import report_from_json
from storage.archive import Archive
from storage.errors import ArchiveUnusable

SITE = "bjxch"
DEFAULT_ARCHIVE = "./archive"
CHECKOUT = Path(__file__).resolve().parents[1]
NO_POLITENESS = {
    "DOWNLOAD_DELAY": "0",
    "AUTOTHROTTLE_ENABLED": "False",
    "CONCURRENT_REQUESTS": "8",
    "CONCURRENT_REQUESTS_PER_DOMAIN": "8",
}
"""The server is our own: nobody else waits while it is asked quickly."""


def run_demo(archive: str, console: Console, say: Callable[[str], None]) -> int:
    """Crawls the replica into `archive`, shows what was found and what to type next; gives the exit code.

    Raises:
        DemoUnavailable: outside of a source checkout, or where the archive holds a real crawl's reports.
    """
    if not (CHECKOUT / "tests" / "replica" / "__main__.py").is_file():
        raise DemoUnavailable(
            "the demo's website is part of the source checkout: git clone the project and run make demo "
            "there, or crawl a real site; gongkai sites lists them"
        )
    _refuse_real_reports(archive)
    before = _reports(archive)
    say("starting the replica: a made-up district's website on this machine")
    with _replica() as environment:
        say(f"crawling it into {archive}; the second time, only what changed is fetched")
        code = _crawl(archive, environment)
    if code not in (Exit.OK, Exit.INCOMPLETE):
        return code
    after = _reports(archive)
    _show([report_from_json(data) for data in after.values()], archive, console)
    new = sum(name not in before for name in after)
    changed = sum(name in before and before[name] != after[name] for name in after)
    say(f"{len(after)} reports: {new} new, {changed} changed, {len(after) - new - changed} unchanged")
    console.print(_next(archive, after))
    return code


def _show(reports: Sequence[Report], archive: str, console: Console) -> None:
    """The summary, and the report with the most to show."""
    console.print(years_view(reports))
    console.print(findings_view(reports))
    with_tables = [report for report in reports if report.requests and report.review] or list(reports)
    if not with_tables:
        return

    def errors(report: Report) -> int:
        return sum(finding.severity == "error" for finding in report.findings)

    # One or two errors are easier to follow than a report full of them.
    chosen = next((r for r in with_tables if 0 < errors(r) <= 2), max(with_tables, key=errors))
    console.rule(f"gongkai show {SITE} {chosen.year} {chosen.organization}")
    console.print(report_view(chosen))


def _next(archive: str, reports: Mapping[tuple[int, str], Any]) -> Text:
    """What to type after the demo."""
    year = max((year for year, _ in reports), default=2024)
    here = "" if archive == DEFAULT_ARCHIVE else f" --archive {archive}"
    lines = (
        ("look around:", f"gongkai show {SITE} {year}{here}"),
        ("crawl it again:", f"gongkai demo{here}"),
        ("the real site:", f"gongkai crawl {SITE} --year {year} --archive ./{SITE}-archive"),
        (
            "into S3:",
            f"gongkai crawl {SITE} --archive s3://bucket/prefix    # with the usual AWS_* variables",
        ),
        ("your own file:", "gongkai parse --table report.pdf"),
    )
    text = Text("\nNext, type\n", style="bold")
    for what, command in lines:
        text.append(f"  {what:<16}", style="not bold dim")
        text.append(f"{command}\n", style="not bold")
    text.append(
        "The demo's reports are invented: give real ones an archive of their own.", style="not bold dim"
    )
    return text


def _reports(archive: str) -> dict[tuple[int, str], dict[str, Any]]:
    """The published reports of the site, none where there is no archive yet."""
    try:
        with Archive.open(archive, create=False) as opened:
            return {(data["year"], data["organization"]): data for data in opened.reports(SITE)}
    except ArchiveUnusable:
        return {}


def _refuse_real_reports(archive: str) -> None:
    """A body that the replica does not play was really crawled: the two must not mix."""
    listed = subprocess.run(
        [sys.executable, "-m", "tests.replica", "--list-truth"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if listed.returncode:
        raise DemoUnavailable(f"the replica does not start: {_last_line(listed.stderr)}")
    invented = {json.loads(line)["organization"] for line in listed.stdout.splitlines()}
    if real := sorted({organization for _, organization in _reports(archive)} - invented):
        raise DemoUnavailable(
            f"{archive} holds reports of {SITE} that are not the demo's ({real[0]}); "
            "name another folder: gongkai demo --archive ./demo-archive"
        )


@contextmanager
def _replica() -> Iterator[dict[str, str]]:
    """The running replica, as the environment in which every request goes to it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.replica"],
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        if not first:
            assert process.stderr is not None
            raise DemoUnavailable(f"the replica does not start: {_last_line(process.stderr.read())}")
        told: dict[str, str] = json.loads(first)["environment"]
        _make_sure(told)
        yield _environment(told)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environment(told: Mapping[str, str]) -> dict[str, str]:
    """This process's variables with the replica's proxies and no other.

    The configuration file has had its say: read again there, its `[proxy]` would lead past the replica.
    """
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return kept | dict(told) | {"GONGKAI_CONTACT": "the demo", config.VARIABLE: os.devnull}


def _make_sure(told: Mapping[str, str]) -> None:
    """Refuses to go on unless both proxies are on this machine and the replica is what answers there.

    Asked for a host that cannot exist (RFC 2606), the replica says what it is; nothing else would.
    """
    for name in ("http_proxy", "https_proxy"):
        proxy = told.get(name, "")
        here = re.fullmatch(r"http://127\.0\.0\.1:(\d+)", proxy)
        if here is None:
            raise DemoUnavailable(f"the replica's {name} is {proxy!r}, not an address of this machine")
        connection = http.client.HTTPConnection("127.0.0.1", int(here[1]), timeout=10)
        try:
            connection.request("GET", "http://nobody.invalid/")
            server = connection.getresponse().getheader("Server", "")
        except (OSError, http.client.HTTPException) as error:
            raise DemoUnavailable(f"the replica at {proxy} does not answer: {error}") from error
        finally:
            connection.close()
        if not server.startswith("Replica/"):
            raise DemoUnavailable(f"what answers at {proxy} is not the replica; nothing was crawled")


def _crawl(archive: str, environment: Mapping[str, str]) -> int:
    """`gongkai crawl` of the site in that environment; its progress goes to this terminal."""
    command = [sys.executable, "-m", "crawler.cli", "crawl", SITE, "--archive", archive]
    for name, value in NO_POLITENESS.items():
        command += ["-s", f"{name}={value}"]
    return subprocess.run(command, env=dict(environment), stdin=subprocess.DEVNULL, check=False).returncode


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it said nothing"])[-1]
