"""Which hosts and addresses a crawl may talk to, and which one a link means. Pure: addresses in, reasons out.

Government pages link to copies of themselves on foreign hosts (spam mirrors), and a redirect can
point into the network that the crawler runs in; both are refused with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from w3lib.url import safe_url_string

if TYPE_CHECKING:
    from scrapy.http import TextResponse

SITE_LABEL = re.compile(r"^(www|public|xxgk|zwgk|zfxxgk|gk|data)\.")
"""How the hosts of a government itself begin (cms-families 0.8); its departments' have names of their own."""
NAT64 = ip_network("64:ff9b::/96")
PORTS = {"http": 80, "https": 443}
NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
NUMBER = re.compile(r"0x[0-9a-f]*|\d+")
LONG_LINK = 2000
"""Characters of a link from which it is not worth remembering: pictures stand in addresses, too."""


def refusal(url: str, hosts: Collection[str], allowed: Collection[str] = ()) -> str | None:
    """Why `url` must not be asked for, or None.

    `hosts` are the site entry's own (host or host:port); `allowed` the operator lets be private.
    """
    try:
        parts = urlsplit(url)
        host, port = spelled(parts.hostname or ""), parts.port
    except ValueError:
        return "is no address that can be asked for"
    if parts.scheme not in PORTS or not host:
        return "is no http or https address"
    if parts.username is not None or parts.password is not None:
        return "carries a user name or password"
    if "/gate/big5/" in parts.path.lower():
        return "is the gateway that repeats articles in traditional characters"
    if host in allowed:
        return None
    unusual = port is not None and port != PORTS[parts.scheme]
    named = (f"[{host}]:{port}" if ":" in host else f"{host}:{port}") in hosts
    if (address := literal(host)) is not None:
        if not named and (unusual or host not in hosts):
            return f"{host} is a bare address that the site's entry does not name"
        return private(address)
    if not named and host not in hosts and not host.endswith(".gov.cn"):
        return f"{host} is neither in the site's entry nor under .gov.cn"
    if unusual and not named:
        return f"{host}:{port} is a port that the site's entry does not name"
    return None


def spelled(host: str) -> str:
    """The host as it is looked up: ASCII in small letters, no final dot, an address in its usual writing.

    Raises:
        ValueError: it is neither a name nor an address, or one that means another to each who reads it.
    """
    if ":" in host:
        return str(IPv6Address(host.partition("%")[0]))
    name = (host if host.isascii() else host.encode("idna").decode("ascii")).lower().removesuffix(".")
    if name and not NAME.fullmatch(name):
        raise ValueError(f"{host!r} is no host name")
    if NUMBER.fullmatch(name.rpartition(".")[2]):
        return str(IPv4Address(_number(name)))
    return name


def _number(name: str) -> int:
    """The 32 bits of an IPv4 address in any of the ways that `inet_aton` takes: 127.1, 0x7f.1, 2130706433."""
    *leading, last = (
        int(part, 16) if part[:2] == "0x" else int(part, 8 if part[0] == "0" else 10)
        for part in ((part + "0" if part == "0x" else part) for part in name.split("."))
    )
    if len(leading) > 3 or any(part > 255 for part in leading) or last >= 256 ** (4 - len(leading)):
        raise ValueError(f"{name} is no address")
    return last + sum(part << 8 * (3 - place) for place, part in enumerate(leading))


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that `host` spells out in the usual way, or None if it is a name."""
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
    from scrapy.utils.response import get_base_url  # verbs that only look addresses up load no Scrapy

    try:
        base, link = get_base_url(page) if base is None else base, link.strip()
        return _joined(base, link) if len(link) < LONG_LINK else as_asked(urljoin(base, link))
    except ValueError:
        return ""


@lru_cache(maxsize=4096)  # a page's links are joined again by whoever looks for rows, columns or documents
def _joined(base: str, link: str) -> str:
    return as_asked(urljoin(base, link))


def as_asked(url: str) -> str:
    """The address as a request, and so the journal, has it: escaped where it has to be, the host in small
    letters. Scrapy does so to each; who compares addresses must have done it before."""
    return safe_url_string(url)


def same_domain(one: str, other: str) -> bool:
    """Whether two addresses are of one owner: www.x.gov.cn and xxgk.x.gov.cn, but not www.y.gov.cn."""
    return _domain(one) == _domain(other)


def belongs(url: str, page: str, hosts: Collection[str]) -> bool:
    """Whether an address that is linked on `page` is of the same owner, or on one of `hosts`."""
    return same_domain(url, page) or urlsplit(url).netloc in hosts


def _domain(url: str) -> str:
    host = urlsplit(url).hostname or ""
    return ".".join(host.split(".")[-3:]) if host.endswith(".gov.cn") else host


def is_below(url: str, other: str) -> bool:
    """Whether `url` is on a sub-domain of the other's site: jyj.x.gov.cn for www.x.gov.cn, xxgk.x.gov.cn."""
    host, site = urlsplit(url).hostname or "", SITE_LABEL.sub("", urlsplit(other).hostname or "")
    return host.endswith(f".{site}") and SITE_LABEL.sub("", host) != site
