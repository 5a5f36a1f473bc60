"""What can go wrong while finding and fetching, as far as a person can do something about it."""

from __future__ import annotations


class CrawlerError(Exception):
    """Raised when a crawl cannot start or go on; the message is a sentence for the person who typed the command."""


class SiteFileError(CrawlerError):
    """Raised when a registry file is no TOML or an entry in it is wrong; names file, table, key and remedy."""


class UnknownSite(CrawlerError):
    """Raised when a site is asked for that no registry file has."""


class SettingError(CrawlerError):
    """Raised when a setting or spider argument has a value that makes no sense; names it and what is allowed."""


class ScheduleFileError(CrawlerError):
    """Raised when the schedule file is missing, no TOML, or plans something impossible; names file, table, key, remedy."""


class ReportNotFound(CrawlerError):
    """Raised when the archive has no report of the site, year and body that were asked for, or several."""


class DemoUnavailable(CrawlerError):
    """Raised when the demo lacks what it needs: the replica, which is part of the source checkout only."""
