"""Carries out plans (`probe.py`, `check.py`) in this process: Scrapy, as a crawl has it.

Nothing is archived: no pipeline, no run record. It must not decide what is asked for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from crawler.run import check_setting, hush
from crawler.spiders.probe import Budget, ProbeSpider

if TYPE_CHECKING:
    from crawler.asking import Plan

AT_ONCE = 16
"""Plans under way at the same time; each asks its own host."""
SETTINGS = {
    "ITEM_PIPELINES": {},
    "EXTENSIONS": {},
    "LOG_LEVEL": "ERROR",  # the plan tells in words what went wrong
    "LOG_FORMAT": "%(message)s",
    "RETRY_TIMES": 1,
    "DOWNLOAD_TIMEOUT": 40,
}
"""What a look at a site needs otherwise than a crawl of it."""


def carry_out(plans: Iterable[Plan], settings: Mapping[str, Any] | None = None) -> None:
    """Asks each plan's site until the plan has no more questions. Once in a process.

    Raises:
        SettingError: where a setting makes no sense.
    """
    waiting = deque(plans)
    process = AsyncCrawlerProcess(_settings(settings or {}))
    hush(process.settings["LOG_LEVEL"])

    def begin(ended: object = None) -> None:
        if waiting:
            process.crawl(ProbeSpider, plan=waiting.popleft()).add_done_callback(begin)

    for _ in range(min(AT_ONCE, len(waiting))):
        begin()
    process.start()


def _settings(given: Mapping[str, Any]) -> Settings:
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    for name, value in given.items():
        check_setting(name, value, settings.get(name))
    plugged = settings.getdict("DOWNLOADER_MIDDLEWARES") | {Budget: 990}
    settings.setdict({**SETTINGS, "DOWNLOADER_MIDDLEWARES": plugged, **given}, priority="cmdline")
    return settings
