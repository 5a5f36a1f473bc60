"""One spider for each site of the registry, so that `scrapy list` shows the districts.

It builds spider classes. It must not read pages or know a CMS.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Self

from crawler.errors import UnknownSite
from crawler.sites import Site, find_site, load_sites
from crawler.spiders.report import ReportSpider

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.settings import BaseSettings


class SiteSpiderLoader:
    """Scrapy's `SPIDER_LOADER_CLASS`: names are the registry's keys."""

    def __init__(self, sites: dict[str, Site]) -> None:
        self.sites = sites

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        """The loader for the shipped registry and the files that `GONGKAI_SITES` names."""
        return cls(load_sites(settings.get("GONGKAI_SITES", "")))

    def load(self, spider_name: str) -> type[Spider]:
        """The spider class of a site; KeyError (as Scrapy wants it) where there is none."""
        try:
            return spider_class(find_site(spider_name, self.sites))
        except UnknownSite as error:
            raise KeyError(str(error)) from None

    def list(self) -> list[str]:
        """Every site's key."""
        return list(self.sites)

    def find_by_request(self, request: Request) -> builtins.list[str]:
        """The sites whose hosts the request's address belongs to."""
        return [key for key, site in self.sites.items() if spider_class(site).handles_request(request)]


def spider_class(site: Site, base: type[ReportSpider] = ReportSpider) -> type[ReportSpider]:
    """`ReportSpider`, or one of its kind, bound to one site."""
    members = {"name": site.key, "site": site, "allowed_domains": list(site.hosts), "__doc__": site.name}
    return type(f"{site.key.title().replace('-', '')}Spider", (base,), members)
