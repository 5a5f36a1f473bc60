"""Crawls sites in this process, as `gongkai crawl` does: Scrapy with this project's settings, then a summary.

What happens during a crawl is the components' work, the same under `scrapy crawl`. This module turns
outcomes into sentences and an exit code. It must not fetch or store anything itself.
"""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from scrapy.crawler import Crawler
from scrapy.settings import Settings

from crawler import logs, terminal
from crawler.arguments import parse_years
from crawler.config import load
from crawler.config.crawl import crawl_settings
from crawler.errors import SettingError
from crawler.exits import Exit
from crawler.extensions.progress import say
from crawler.extensions.run_record import Outcome, RunRecord
from crawler.foresight import Due
from crawler.metrics.textfile import after_run
from crawler.shards import Group, groups, of_shard
from crawler.sites import find_site, load_sites
from crawler.spiders.report import ReportSpider
from crawler.spool import bring_in, here, words
from crawler.turns import Turns
from pipelines.corrections import load_corrections
from storage.archive import Archive, spooled

QUIET = {"LOG_LEVEL": "WARNING", "LOG_FORMAT": "%(message)s", "GONGKAI_PROGRESS": True}
"""What `gongkai crawl` sets differently from `scrapy crawl`, unless the user does."""
NAMED = 5
"""Reasons for failures that the summary names; the run record has all."""


def crawl(
    sites: Sequence[str],
    years: Iterable[int] = (),
    archive: str = "./archive",
    settings: Mapping[str, Any] | None = None,
    *,
    shard: tuple[int, int] | None = None,
    recheck: bool = False,
    unless_since: datetime | None = None,
    foreseen: dict[str, Sequence[Due]] | None = None,
) -> Exit:
    """Crawls `sites` (none: the whole registry) into `archive`, says on stderr how it went; the exit code.

    `shard` (number, count) takes this share of them; `recheck` asks for what rests, too; `unless_since`
    leaves sites alone that were crawled since then, by whatever machine. Given `foreseen` it is a dry run:
    only lists are asked for, nothing is archived, and each site's key gets there what a crawl would fetch.
    Call it once in a process: Scrapy's reactor cannot be started again.

    Raises:
        UnknownSite, SiteFileError, SettingError, CorrectionFileError: before anything is fetched.
        ArchiveUnusable: the same.
    """
    chosen = choose(sites, shard)
    if not chosen:
        terminal.say("no site falls to this shard")
        return Exit.OK
    arguments = _arguments(years, recheck=recheck, dry=foreseen is not None)
    load_corrections()
    prepared = _settings(archive, settings or {})
    if unless_since is not None:
        prepared.set("GONGKAI_UNLESS_SINCE", unless_since.isoformat(), priority="cmdline")
    if foreseen is None:
        with Archive.open(archive) as opened:
            bring_in(opened, say, {site.key for group in chosen for site in group})
    outcomes = _Outcomes(archive, sum(map(len, chosen)), foreseen)
    process = Turns(prepared, arguments, outcomes.add)
    if not os.environ.get("GONGKAI_CONTACT") and "USER_AGENT" not in (settings or {}):
        terminal.say("set contact in gongkai.toml, or GONGKAI_CONTACT, so that a site's owner can reach you")
    hush(process.settings["LOG_LEVEL"])
    process.run(chosen)
    done = outcomes.end()
    cut_short = {site.key for group in chosen for site in group} - outcomes.ended
    waits = [left for left in spooled(archive) if left.site in cut_short]
    if foreseen is None and waits:  # stopped by force: no end brought it in, or said so
        say(f"{words(waits, archive)}; nothing received is lost, type: gongkai spool drain{here(archive)}")
    return done


def choose(sites: Sequence[str], shard: tuple[int, int] | None = None) -> list[Group]:
    """The sites of those names (none: every site) in groups that share hosts, of one shard if one is given.

    Raises:
        UnknownSite, SiteFileError.
    """
    registry = load_sites()
    found = groups([find_site(key, registry) for key in dict.fromkeys(sites)] or registry.values())
    return found if shard is None else of_shard(found, *shard)


class _Outcomes:
    """Says how each site's crawl went when it has ended, and keeps of it what the end needs."""

    def __init__(self, archive: str, sites: int, foreseen: dict[str, Sequence[Due]] | None) -> None:
        self.archive = archive
        self.sites = sites
        self.foreseen = foreseen
        self.exits: list[Exit] = []
        self.ended: set[str] = set()
        self.reports = 0

    def add(self, key: str, crawler: Crawler) -> None:
        """One crawl has ended."""
        outcome = _outcome(crawler)
        self.exits.append(outcome.exit)
        self.ended.add(key)
        self.reports += outcome.record["reports"] if outcome.record is not None else 0
        spider = crawler.spider
        foreseen = self.foreseen is not None and isinstance(spider, ReportSpider) and bool(spider.would_fetch)
        lines = summary(key, outcome, foreseen=foreseen)
        if self.foreseen is not None and isinstance(spider, ReportSpider):
            self.foreseen[key] = spider.would_fetch
            lines[:1] = [foretold(key, spider)]
        else:
            after_run(self.archive, key, outcome.record)
        for line in lines:
            say(line, site=key, run=(outcome.record or {}).get("run"))

    def end(self) -> Exit:
        """The last has; the exit code."""
        if self.sites > 1:
            counts = Counter(code.name.lower() for code in self.exits)
            states = ", ".join(f"{count} {name}" for name, count in counts.most_common())
            left = f", {self.sites - len(self.exits)} not begun" if len(self.exits) < self.sites else ""
            say(f"{self.sites} sites: {states}{left}; {self.reports} report pages.")
        if len(self.exits) < self.sites:
            return worst([*self.exits, Exit.INCOMPLETE])
        return worst(self.exits)


def summary(site: str, outcome: Outcome, *, foreseen: bool = False) -> list[str]:
    """What a person wants to know of a site's crawl, in a few lines; `foreseen`: a dry run found reports."""
    if outcome.record is None and outcome.exit is Exit.OK:
        return [f"{site}: {outcome.problem}"]
    if outcome.record is None:
        said = [f"{site}: {outcome.left}"] if outcome.left else []
        return said if outcome.problem else [f"{site}: the crawl could not be started."]
    record = outcome.record
    counts, published = record["counts"], record["published"]
    lines = [
        f"{site}: {record['reports']} report pages; of {record['expected']} addresses "
        + ", ".join(f"{count} {state}" for state, count in counts.items() if count or state == "captured")
        + f". {record['read']} documents read, {published.get('published', 0)} reports written, "
        + f"{sum(record['findings'].values())} findings."
    ]
    by_reason: dict[str, list[str]] = {}
    for item in (*record["failed"], *record["blocked"], *record["gaps"], *record["unread"]):
        by_reason.setdefault(item["reason"], []).append(item["url"])
    for reason, urls in list(by_reason.items())[:NAMED]:
        more = f" and {len(urls) - 1} more" if len(urls) > 1 else ""
        lines.append(f"  {urls[0]}{more}: {reason}")
    if len(by_reason) > NAMED:
        lines.append(f"  … and {len(by_reason) - NAMED} more reasons; the run record has all.")
    if outcome.exit is Exit.NETWORK:
        lines.append(f"{site}: nothing could be fetched.")
    elif record["ended"] != "finished":
        lines.append(f"{site}: stopped before the end ({record['ended']}); the next crawl goes on.")
    elif not record["reports"] and not foreseen:
        lines.append(f"{site}: no page of a report was found; the run does not call itself complete.")
    if lost := len(record.get("lost", ())):
        lines.append(f"{site}: {lost} bodies were lost; see gongkai runs {record['run']}")
    if outcome.left:
        lines.append(f"{site}: {outcome.left}")
    return lines


def foretold(site: str, spider: ReportSpider) -> str:
    """What a dry run found, in one line."""
    counts = Counter(due.role for due in spider.would_fetch)
    resting = spider.record.count("resting", "report")
    return (
        f"{site}: {spider.lists} lists asked for; a crawl would fetch {counts['report']} report pages and "
        f"{counts['attachment']} attachments known of them; {resting} known report pages rest."
    )


def worst(exits: Sequence[Exit]) -> Exit:
    """The exit code of several sites: what most needs a person; NETWORK only if it was all of them."""
    for code in (Exit.BUG, Exit.ARCHIVE, Exit.BUSY):
        if code in exits:
            return code
    if all(code is Exit.OK for code in exits):
        return Exit.OK
    return Exit.NETWORK if all(code is Exit.NETWORK for code in exits) else Exit.INCOMPLETE


def _arguments(years: Iterable[int], *, recheck: bool, dry: bool) -> dict[str, str | None]:
    asked = ",".join(str(year) for year in years) or None
    parse_years(asked)
    return {"years": asked, "recheck": "1" if recheck else None, "dry": "1" if dry else None}


def _settings(archive: str, given: Mapping[str, Any]) -> Settings:
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    for name, value in given.items():
        check_setting(name, value, settings.get(name))
    said = {**QUIET, **crawl_settings(load()), **given}
    settings.setdict({**said, "GONGKAI_ARCHIVE": archive}, priority="cmdline")
    _check_moment("GONGKAI_UNLESS_SINCE", settings["GONGKAI_UNLESS_SINCE"])
    return settings


def _check_moment(name: str, value: str) -> None:
    zone = None
    with suppress(ValueError):
        zone = datetime.fromisoformat(value).tzinfo
    if value and zone is None:
        raise SettingError(f"{name}={value}: it takes a moment with its zone: 2026-01-31T03:00:00+08:00.")


def check_setting(name: str, value: Any, default: Any) -> None:
    """Raises `SettingError` where Scrapy, deep in the crawl, would stumble over the value."""
    if name == "LOG_LEVEL" and value not in logging.getLevelNamesMapping():
        raise SettingError(f"-s {name}={value}: it is one of {', '.join(logging.getLevelNamesMapping())}.")
    if isinstance(default, int | float):
        try:
            float({"true": "1", "false": "0"}.get(str(value).lower(), value))
        except ValueError:
            raise SettingError(f"-s {name}={value}: it takes a number, for example {default}.") from None


def hush(level: str) -> None:
    """Stops log records below `level` where they are made: some thirty for each page, all thrown away."""
    logs.set_up(level)
    for name in ("scrapy", "asyncio", "filelock", "urllib3"):
        logging.getLogger(name).setLevel(level)
    for name in ("boto3", "botocore"):  # at DEBUG they print credentials
        logging.getLogger(name).setLevel(max(logging.INFO, logging.getLevelNamesMapping()[level]))


def _outcome(crawler: Crawler) -> Outcome:
    try:
        extension = crawler.get_extension(RunRecord)
    except RuntimeError:  # it failed before its extensions were built
        return Outcome(Exit.BUG, None)
    return extension.outcome if extension and extension.outcome else Outcome(Exit.BUG, None)
