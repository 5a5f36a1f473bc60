"""Why a request got no answer, in words for the run record and for the person at the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from OpenSSL import SSL
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from twisted.internet.error import ConnectError
from twisted.internet.error import TimeoutError as ConnectTimeout

from crawler.errors import CrawlerError
from crawler.resolver import refused_by_resolver

if TYPE_CHECKING:
    from scrapy import Request

CHECK_PROXY = "check http_proxy and https_proxy"


def explain(error: BaseException, request: Request) -> str:
    """One clause, without a full stop, that says what went wrong with `request`."""
    proxy = request.meta.get("proxy")
    host = urlsplit(proxy or request.url).netloc
    who = f"the proxy {host}" if proxy else host
    hint = f"; {CHECK_PROXY}" if proxy else ""
    if isinstance(error, CrawlerError):
        return str(error)
    if isinstance(error, DownloadConnectionRefusedError):
        return f"{who} refuses connections{hint}"
    if isinstance(error, CannotResolveHostError):
        reason = refused_by_resolver(urlsplit(proxy or request.url).hostname or "")
        return (
            f"{who} leads to a network that is off limits: {reason}" if reason else f"{who} is unknown{hint}"
        )
    if never_connected(error):
        return f"{who} lets no connection come about{hint}"
    if isinstance(error, DownloadTimeoutError):
        return f"{who} did not answer in time"
    if isinstance(error, TunnelError):
        return f"the proxy opens no way there ({error})"
    if isinstance(error, ConnectError):
        return f"{who} cannot be reached ({error}){hint}"
    if isinstance(error, DownloadCancelledError):
        return "the download was stopped"
    if isinstance(error, IgnoreRequest):
        return str(error) or "the request was dropped"
    if isinstance(error, ValueError):  # Location: javascript:…
        return f"{urlsplit(request.url).netloc} redirects to what is no address ({error})"
    if (words := _tls(error)) is not None:
        return f"{who} speaks no TLS that is understood here ({words})"
    return f"{who} broke the connection off ({type(error).__name__}: {error})"


def never_connected(error: BaseException) -> bool:
    """Whether the time ran out before there was a connection."""
    return isinstance(error, DownloadTimeoutError) and isinstance(error.__cause__, ConnectTimeout)


def _tls(error: BaseException) -> str | None:
    """What OpenSSL says about a handshake that failed."""
    for reason in getattr(error.__cause__, "reasons", ()):
        if isinstance(reason.value, SSL.Error) and reason.value.args and reason.value.args[0]:
            return str(reason.value.args[0][-1][-1])
    return None
