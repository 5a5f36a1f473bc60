"""Second attempts: a host that cannot be reached as the link says is tried as older servers want it.

By TLS of twenty years ago after a failed handshake; by plain http where https fails, is refused or does not
answer; by https where http is refused (cms-families 0.6). What answers is remembered for the host in this
run. An attempt in the other scheme is a request of its own, so that the guard and robots.txt of its origin
apply, and stands in the journal like a redirect, flagged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin, urlsplit

from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import DownloadConnectionRefusedError, DownloadFailedError, DownloadTimeoutError
from twisted.internet.error import ConnectError

from crawler.gate import host_of

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

REFUSED = (DownloadConnectionRefusedError, ConnectError, TunnelError)
FLAG = {"http": "plain-http", "https": "over-https"}
OTHER = {"http": "https", "https": "http"}


class Ways:
    """Knows for each host how it is reached; flags `legacy-tls`, `plain-http`, `over-https`."""

    def __init__(self) -> None:
        self.answered: set[tuple[str, str]] = set()
        """(scheme, host) that have answered: what goes wrong there later is no question of the way."""
        self.tried: set[tuple[str, str]] = set()
        """(way, host) that failed; ways are `http`, `https` and `legacy`."""
        self.legacy: set[str] = set()
        self.instead: set[tuple[str, str]] = set()
        """(scheme, host) in whose place the other scheme is used."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of building a component."""
        return cls()

    def process_request(self, request: Request) -> Request | None:
        """The request in the other scheme, if that is how the host is reached."""
        scheme, host = _place(request)
        request.meta["legacy_tls"] = scheme == "https" and host in self.legacy
        sent_back = request.meta.get("switched") == (OTHER[scheme], host)
        return _switched(request) if (scheme, host) in self.instead and not sent_back else None

    def process_response(self, request: Request, response: Response) -> Response:
        """The same response, flagged with the way that it came."""
        if "resting" in response.flags:
            return response  # out of the archive
        scheme, host = _place(request)
        if request.meta.get("legacy_tls"):
            response.flags.append("legacy-tls")
        if request.meta.get("switched") != (scheme, host):
            self.answered.add((scheme, host))
        elif response.status >= 500 or _sends_back(request, response):
            self.instead.discard((OTHER[scheme], host))  # a proxy's error, or a host that wants no other
        else:
            self.answered.add((scheme, host))
            response.flags.append(FLAG[scheme])
        return response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """The next attempt, or None if there is none."""
        scheme, host = _place(request)
        if (scheme, host) in self.answered or not _is_about_the_way(request, exception):
            return None
        self.tried.add(("legacy" if request.meta.get("legacy_tls") else scheme, host))
        if scheme == "https" and isinstance(exception, DownloadFailedError):
            if ("legacy", host) not in self.tried:
                self.legacy.add(host)
                return _again(request)
            self.legacy.discard(host)
        other = OTHER[scheme]
        if (other, host) in self.tried or urlsplit(request.url).port is not None:
            self.instead.discard((other, host))
            return None
        if scheme == "http" and not isinstance(exception, REFUSED):
            return None
        self.instead.add((scheme, host))
        return _switched(request)


def _is_about_the_way(request: Request, exception: Exception) -> bool:
    """Whether another way might help: not with an unknown name, nor with a proxy that is out of order."""
    if request.meta.get("proxy") and isinstance(exception, DownloadConnectionRefusedError):
        return False
    if isinstance(exception, DownloadFailedError):
        return urlsplit(request.url).scheme == "https"
    return isinstance(exception, (*REFUSED, DownloadTimeoutError))


def _place(request: Request) -> tuple[str, str]:
    return urlsplit(request.url).scheme, host_of(request.url)


def _again(request: Request) -> Request:
    again: Request = request.replace(dont_filter=True)
    return again


def _switched(request: Request) -> Request:
    """The request in the other scheme, as if it had been redirected there."""
    parts = urlsplit(request.url)
    other = OTHER[parts.scheme]
    switched: Request = request.replace(url=parts._replace(scheme=other).geturl(), dont_filter=True)
    if switched.meta.pop("_scheme_proxy", False):  # the other scheme may have another proxy
        for key in ("proxy", "_auth_proxy"):
            switched.meta.pop(key, None)
        switched.headers.pop("Proxy-Authorization", None)
    switched.meta["redirect_urls"] = [*request.meta.get("redirect_urls", []), request.url]
    switched.meta["switched"] = (other, host_of(request.url))
    return switched


def _sends_back(request: Request, response: Response) -> bool:
    """Whether the answer is a redirect to the scheme that did not work."""
    location = response.headers.get("Location")
    if location is None or not 300 <= response.status < 400:
        return False
    try:
        target = urlsplit(urljoin(request.url, location.decode("latin-1")))
    except ValueError:
        return False
    scheme, host = _place(request)
    return target.scheme == OTHER[scheme] and (target.hostname or "").rstrip(".") == host
