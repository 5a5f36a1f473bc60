"""`scrapy crawl`: what is typed wrong is one sentence before anything starts, and not a traceback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.commands import crawl
from scrapy.exceptions import UsageError

from crawler import logs
from crawler.arguments import parse_years
from crawler.config import load
from crawler.config.crawl import crawl_settings
from crawler.errors import CrawlerError
from crawler.sites import find_site, load_sites

if TYPE_CHECKING:
    import argparse


class Command(crawl.Command):
    """Scrapy's command, which looks a spider and its arguments up only when the crawl has begun."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Raises `UsageError`, which Scrapy prints under the usage, exit code 2."""
        super().process_options(args, opts)
        assert self.settings is not None
        try:
            self.settings.setdict(crawl_settings(load()), priority="project")
            logs.set_up(self.settings["LOG_LEVEL"])
            registry = load_sites(self.settings.get("GONGKAI_SITES", ""))
            for name in args[:1]:
                find_site(name, registry)
            parse_years(opts.spargs.get("years"))
        except CrawlerError as error:
            raise UsageError(str(error), print_help=False) from error
