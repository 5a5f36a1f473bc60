"""Carries out plans (`plan.py`, `check.py`) in this process: Scrapy, as a crawl has it.

Nothing is archived: no pipeline, no run record. It must not decide what is asked for.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.settings import Settings

from crawler.config import load
from crawler.config.crawl import crawl_settings
from crawler.errors import SettingError
from crawler.probing.check import Check
from crawler.probing.found import Finding, finding
from crawler.probing.plan import Search
from crawler.run import check_setting, choose, hush
from crawler.spiders.probe import Budget, ProbeSpider
from crawler.turns import Stoppable
from crawler.views.probe import look_line

if TYPE_CHECKING:
    import asyncio

    from twisted.python.failure import Failure

    from crawler.probing.asking import Plan

AT_ONCE = 16
"""Plans under way at the same time; each asks its own host."""
SETTINGS = {
    "ITEM_PIPELINES": {},
    "EXTENSIONS": {},
    "LOG_LEVEL": "CRITICAL",  # the plan tells in words what went wrong
    "LOG_FORMAT": "%(message)s",
    "RETRY_TIMES": 1,
    "DOWNLOAD_TIMEOUT": 40,
    "DOWNLOAD_MAXSIZE": 16 * 1024 * 1024,  # pages of menus and lists, never documents
}
"""What a look at a site needs otherwise than a crawl of it."""


def run_probe(url: str, budget: int, settings: Mapping[str, Any], say: Callable[[str], None]) -> Finding:
    """What is found of a site from `url` on; each page that was looked at is said as it comes."""
    search = Search(url, budget, lambda look: say(f"{search.requests:3} {look_line(look)}"))
    carry_out([[search]], settings)
    return finding(search)


def run_checks(keys: Sequence[str], budget: int, settings: Mapping[str, Any]) -> list[Check]:
    """What became of the sites of those keys, or of all; sites that share a host wait for each other.

    Raises:
        UnknownSite, SiteFileError, SettingError: before anything is fetched.
    """
    together = [[Check(site, budget) for site in group] for group in choose(keys)]
    carry_out(together, settings)
    return [check for group in together for check in group]


def address(text: str) -> str:
    """The address that a person means, who may leave `https://` and the slash after the host away.

    Raises:
        SettingError: where it is none.
    """
    url = text.strip() if "://" in text else f"https://{text.strip()}"
    parts = urlsplit(url)
    if (
        parts.scheme not in ("http", "https")
        or not re.fullmatch(r"[^\s@/]+", parts.netloc)
        or "." not in parts.netloc
    ):
        raise SettingError(f"{text}: this is no web address, as https://www.example.gov.cn/ is one.")
    return url if parts.path else f"{url}/"


def carry_out(groups: Iterable[Iterable[Plan]], settings: Mapping[str, Any]) -> None:
    """Asks each plan's site until the plan has no more questions, those of a group one after the other.

    Once in a process.

    Raises:
        SettingError: where a setting makes no sense.
    """
    waiting = deque(deque(group) for group in groups)
    process = Stoppable(_settings(settings))
    hush(process.settings["LOG_LEVEL"])
    bugs: list[BaseException] = []

    def stumbled(failure: Failure) -> None:
        if failure.value is not None:
            bugs.append(failure.value)

    def begin(group: deque[Plan]) -> None:
        crawler = process.create_crawler(ProbeSpider)
        crawler.signals.connect(stumbled, signals.spider_error, weak=False)
        process.crawl(crawler, plan=group.popleft()).add_done_callback(partial(ended, group))

    def ended(group: deque[Plan], task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            bugs.append(error)
        if (group or waiting) and not process.stopped:
            begin(group or waiting.popleft())

    for _ in range(min(AT_ONCE, len(waiting))):
        begin(waiting.popleft())
    process.start()
    if bugs:
        raise bugs[0]


def _settings(given: Mapping[str, Any]) -> Settings:
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    for name, value in given.items():
        check_setting(name, value, settings.get(name))
    settings.setdict(crawl_settings(load()), priority="project")
    plugged = settings.getdict("DOWNLOADER_MIDDLEWARES") | {Budget: 990}
    settings.setdict({**SETTINGS, "DOWNLOADER_MIDDLEWARES": plugged, **given}, priority="cmdline")
    return settings
