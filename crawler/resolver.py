"""Name resolution that hands out public addresses only.

The check stands where Twisted gets the address that it connects to, so a name cannot pass the check
with one address and be connected to with another (DNS rebinding). Behind a proxy it is the proxy
that resolves: only the proxy's own name comes here, and is let through.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import (
    IAddress,
    IHostnameResolver,
    IHostResolution,
    IResolutionReceiver,
)
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.addresses import literal, private

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase


@implementer(IResolutionReceiver)
class PublicOnly:
    """Passes addresses of the public internet on and notes the others."""

    def __init__(self, receiver: Any, name: str, refused: dict[str, str]) -> None:
        self.receiver = receiver
        self.name = name
        self.refused = refused

    def resolutionBegan(self, resolution: IHostResolution) -> None:
        """Twisted's: the search has begun."""
        self.receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:
        """Twisted's: one address was found."""
        found = literal(str(getattr(address, "host", "")))
        reason = private(found) if found is not None else "is no internet address"
        if reason is None:
            self.receiver.addressResolved(address)
        else:
            self.refused[self.name] = reason

    def resolutionComplete(self) -> None:
        """Twisted's: there are no more. Without any, the connection fails as for an unknown name."""
        self.receiver.resolutionComplete()


@implementer(IHostnameResolver)
class GuardedResolver(CachingHostnameResolver):
    """Scrapy's resolver for IPv4 and IPv6, in front of which nothing private gets through."""

    refused: dict[str, str]
    """Names that resolved to a private address, with the reason in words."""

    def __init__(self, reactor: ReactorBase, cache_size: int, allowed: Sequence[str] = ()) -> None:
        super().__init__(reactor, cache_size)
        self.refused = {}
        self.allowed = {*allowed, *(urlsplit(proxy).hostname for proxy in getproxies().values())}

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """Built once for the process; Scrapy passes the process in place of a crawler."""
        settings = crawler.settings
        cache = settings.getint("DNSCACHE_SIZE") if settings.getbool("DNSCACHE_ENABLED") else 0
        return cls(reactor, cache, settings.getlist("GONGKAI_ALLOW_PRIVATE"))

    def resolveHostName(
        self,
        resolutionReceiver: IResolutionReceiver,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None,
        transportSemantics: str = "TCP",
    ) -> IHostResolution:
        """Twisted's: resolve, through the filter unless the operator or the proxy settings name the host."""
        receiver: Any = resolutionReceiver
        if hostName not in self.allowed:
            receiver = PublicOnly(resolutionReceiver, hostName, self.refused)
        return super().resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


def refused_by_resolver(host: str) -> str | None:
    """Why the installed resolver handed out no address for `host`, if that was its doing."""
    from twisted.internet import reactor

    refused: dict[str, str] = getattr(reactor.nameResolver, "refused", {})
    return refused.get(host)
