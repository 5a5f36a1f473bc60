"""A line on the terminal that a person can follow while a site is crawled."""

from __future__ import annotations

import logging
import sys
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar, Self

from rich.console import Console
from rich.progress import Progress as Display
from rich.progress import SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from scrapy import signals
from scrapy.exceptions import NotConfigured

from crawler import logs
from crawler.redaction import redact

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.spiders.report import ReportSpider

FIELDS = ("found", "fetched", "unchanged", "read", "findings", "rate")


class Progress:
    """Shows reports found, fetched, unchanged, documents read, findings and requests per second of each site.

    Off unless `GONGKAI_PROGRESS` is set and stderr is a terminal. Sites of one process share a display.
    """

    display: ClassVar[Display | None] = None
    users: ClassVar[int] = 0

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("GONGKAI_PROGRESS") or not sys.stderr.isatty():
            raise NotConfigured
        self.crawler = crawler
        self.task: TaskID | None = None
        self.started = monotonic()
        self.answers = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of building a component."""
        extension = cls(crawler)
        crawler.signals.connect(extension.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(extension.response_downloaded, signal=signals.response_downloaded)
        crawler.signals.connect(extension.item_scraped, signal=signals.item_scraped)
        crawler.signals.connect(extension.spider_closed, signal=signals.spider_closed)
        return extension

    def spider_opened(self) -> None:
        """Starts the line, and the display with the first."""
        if Progress.display is None:
            Progress.display = _display()
            Progress.display.start()
        Progress.users += 1
        assert self.crawler.spider is not None
        values: dict[str, Any] = dict.fromkeys(FIELDS, "0")
        self.task = Progress.display.add_task(self.crawler.spider.name, total=None, **values)
        self.started = monotonic()

    def response_downloaded(self) -> None:
        """Counts an answer."""
        self.answers += 1
        self._show()

    def item_scraped(self, item: Any) -> None:
        """Shows what became of an answer."""
        self._show()

    def spider_closed(self) -> None:
        """Ends the line, and the display with the last."""
        self._show()
        if Progress.display is not None and self.task is not None:
            Progress.display.remove_task(self.task)  # of hundreds of sites only those under way are shown
        Progress.users -= 1
        if Progress.users == 0 and Progress.display is not None:
            Progress.display.stop()
            Progress.display = None

    def _show(self) -> None:
        if Progress.display is None or self.task is None:
            return
        spider: ReportSpider = self.crawler.spider  # type: ignore[assignment]
        record = spider.record
        rate = self.answers / max(monotonic() - self.started, 0.001)
        Progress.display.update(
            self.task,
            found=str(sum(task.role == "report" for task in record.tasks.values())),
            fetched=str(record.count("captured", "report") + record.count("captured", "attachment")),
            unchanged=str(record.count("unchanged", "report") + record.count("unchanged", "attachment")),
            read=str(record.read),
            findings=str(record.findings.total()),
            rate=f"{rate:.1f}",
        )


def say(line: str, **about: str | None) -> None:
    """A line for the person on stderr, above the display where one is shown; `about`: site and run."""
    if logs.as_json():
        logs.say(line, logging.INFO, **about)
    elif Progress.display is None:
        print(redact(line), file=sys.stderr)
    else:
        Progress.display.console.print(redact(line), markup=False, highlight=False, soft_wrap=True)


def _display() -> Display:
    return Display(
        SpinnerColumn(),
        TextColumn("[bold]{task.description}"),
        TextColumn("reports found {task.fields[found]}"),
        TextColumn("fetched {task.fields[fetched]}"),
        TextColumn("unchanged {task.fields[unchanged]}"),
        TextColumn("read {task.fields[read]}"),
        TextColumn("findings {task.fields[findings]}"),
        TextColumn("{task.fields[rate]} requests/s"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
