"""Which hosts and addresses a crawl may talk to, and which one a link means. Pure: addresses in, reasons out.

Government pages link to copies of themselves on foreign hosts (spam mirrors), and a redirect can
point into the network that the crawler runs in; both are refused with a reason.
"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    from scrapy.http import TextResponse

NAT64 = ip_network("64:ff9b::/96")


def refusal(url: str, hosts: Collection[str], allowed: Collection[str] = ()) -> str | None:
    """Why `url` must not be asked for, or None.

    `hosts` are the site entry's own (host or host:port); `allowed` the operator lets be private.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in ("http", "https") or not host:
        return "is no http or https address"
    if "/gate/big5/" in parts.path:
        return "is the gateway that repeats articles in traditional characters"
    if (address := literal(host)) is not None:
        if host not in hosts and parts.netloc not in hosts and host not in allowed:
            return f"{host} is a bare address that the site's entry does not name"
        return private(address) if host not in allowed else None
    if host in hosts or parts.netloc in hosts or host in allowed or host.endswith(".gov.cn"):
        return None
    return f"{host} is neither in the site's entry nor under .gov.cn"


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that `host` spells out, or None if it is a name."""
    try:
        return ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None


def private(address: IPv4Address | IPv6Address) -> str | None:
    """Why `address` is not one of the public internet's, or None."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address.teredo:
            inner = address.teredo[1]
        if inner is None and address in NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return private(inner)
    if not address.is_global or address.is_multicast or address.is_reserved:
        return f"{address} is a private, local or reserved address"
    return None


def linked(page: TextResponse, link: str, base: str | None = None) -> str:
    """The whole address that a link on the page means, from `base` if given; "" where it is none.

    People type links by hand: one that no browser could follow (`http://[`) must not cost the others.
    """
    try:
        return page.urljoin(link.strip()) if base is None else urljoin(base, link.strip())
    except ValueError:
        return ""
