"""What can go wrong while finding and fetching, as far as a person can do something about it."""

from __future__ import annotations


class CrawlerError(Exception):
    """Raised when a crawl cannot start or go on; the message is for the person who typed the command."""


class SiteFileError(CrawlerError):
    """Raised when a registry file is no TOML or an entry is wrong; names file, table, key and remedy."""


class UnknownSite(CrawlerError):
    """Raised when a site is asked for that no registry file has."""


class SettingError(CrawlerError):
    """Raised when a setting or spider argument makes no sense; names it and what is allowed."""


class ConfigError(CrawlerError):
    """Raised when the configuration file is missing or wrong; names file, table, key and remedy."""

    def __init__(self, *problems: str) -> None:
        """`problems`: a sentence each, at least one; the error's own is the first, and how many follow."""
        more = f" ({len(problems) - 1} more: type gongkai config)" if len(problems) > 1 else ""
        super().__init__(problems[0] + more)
        self.problems = problems


class ReportNotFound(CrawlerError):
    """Raised when the archive has no report of the site, year and body that were asked for."""


class DemoUnavailable(CrawlerError):
    """Raised when the demo lacks what it needs: the replica, which is part of the source checkout only."""


class RequestRefused(CrawlerError):
    """Raised when a request must not be made: foreign or private address, or forbidden by robots.txt."""


class RobotsUnavailable(CrawlerError):
    """Raised when a host's robots.txt cannot be fetched: "not now" for all of the host (RFC 9309)."""


class HostBlocked(CrawlerError):
    """Raised when a host has blocked so often, or asks for so much patience, that it is left for this run."""


class HostUnreachable(CrawlerError):
    """Raised when a host could not be reached so often in a row that it is left for this run."""


class AmbiguousName(CrawlerError):
    """Raised when a part of a name fits several bodies; the message lists them."""


class OutputError(CrawlerError):
    """Raised when a folder or file that a person named cannot be written."""


class FileMissing(CrawlerError):
    """Raised when a file that a person named does not exist."""


class ChannelError(CrawlerError):
    """Raised when a channel does not take a message; the sentence says why and holds no secret."""

    def __init__(self, message: str, *, again: bool = False, after: float | None = None) -> None:
        """`again`: whether to try once more soon, and `after` how many seconds, where the service said so."""
        super().__init__(message)
        self.again = again
        self.after = after
