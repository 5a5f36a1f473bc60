"""Which addresses a crawl may not ask for, by name and by what a name resolves to."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest
from twisted.internet.address import IPv4Address, IPv6Address

from crawler.addresses import private, refusal
from crawler.resolver import PublicOnly

HOSTS = ("www.bjxch.gov.cn", "www.xuxian.example", "8.8.8.8:8080", "www.xuxian.example:8000")


@pytest.mark.parametrize(
    "url",
    [
        "https://www.bjxch.gov.cn/a.html",
        "http://other.gov.cn/a.pdf",
        "https://www.xuxian.example/",
        "http://8.8.8.8:8080/list",
        "http://WWW.BJXCH.GOV.CN/a.html",
        "http://www.bjxch.gov.cn./a.html",
        "http://www.bjxch.gov.cn:80/a.html",
        "https://www.bjxch.gov.cn:443/a.html",
        "http://www.xuxian.example:8000/a.html",
        "http://xn--fiq228c.gov.cn/",
    ],
)
def test_the_sites_hosts_and_gov_cn_are_followed(url: str) -> None:
    assert refusal(url, HOSTS) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://www.bjxch.gov.cn.mirror.example/a.html",
        "http://bjxchgov.cn/",
        "http://127.0.0.1/a.pdf",
        "http://2130706433/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://8.8.8.8/list",
        "ftp://www.bjxch.gov.cn/a.pdf",
        "file:///etc/passwd",
        "https://www.beijing.gov.cn/gate/big5/www.bjxch.gov.cn/a.html",
        "https:///nohost",
        "http://www.bjxch.gov.cn.evil.com/",
        "http://evilgov.cn/",
        "http://gov.cn.evil.com/",
        "http://www.bjxch.g\N{CYRILLIC SMALL LETTER O}v.cn/",  # looks the same
        "http://www.bjxch.xn--gv-fmc.cn/",  # the same as it is looked up
        "http://www.bjxch.gov.cn@evil.com/",
        "http://user:secret@www.bjxch.gov.cn/",
        "http://user@www.bjxch.gov.cn/",
        "http://www.bjxch.gov.cn:8080/",
        "https://www.bjxch.gov.cn:80/",
        "http://www.bjxch.gov.cn:22/",
        "http://www.xuxian.example:9/",
        "http://www.bjxch.gov.cn:99999/",
        "http://evil.com%2f.gov.cn/",
        "http://evil.com\\.gov.cn/",
        "http://evil.com;.gov.cn/",
        "http://www..gov.cn/",
        "http://.gov.cn/",
        "http://0x7f.1/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://127.0.0.1./",
        "http://017700000001/",
        "http://999.1/",
        "http://8.8.8.8:9090/",
        "http://[fe80::1%25eth0]/",
        "http://[::ffff:7f00:1]:80/",
        "http://[::127.0.0.1]/",
        "https://www.beijing.gov.cn/Gate/BIG5/www.bjxch.gov.cn/a.html",
    ],
)
def test_everything_else_is_refused_with_a_reason(url: str) -> None:
    assert refusal(url, HOSTS)


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "0177.1", "10.0.0.1", "[::1]"])
def test_an_entry_that_names_a_private_address_is_no_permission(host: str) -> None:
    spellings = (host, "127.0.0.1", "10.0.0.1", "::1")
    assert "private" in str(refusal(f"http://{host}/", spellings))


def test_the_operator_can_allow_a_private_address() -> None:
    assert refusal("http://127.0.0.1/a", HOSTS, {"127.0.0.1"}) is None


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3",
        "127.0.0.1",
        "169.254.169.254",
        "192.168.0.1",
        "198.18.0.1",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1",
        "fc00::1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::a00:1",
        "ff02::1",
    ],
)
def test_private_local_and_reserved_addresses_are_known(address: str) -> None:
    assert private(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2400:3200::1", "64:ff9b::808:808"])
def test_public_addresses_pass(address: str) -> None:
    assert private(ip_address(address)) is None


class Receiver:
    """Takes what a resolver finds."""

    def __init__(self) -> None:
        self.found: list[Any] = []
        self.complete = False

    def resolutionBegan(self, resolution: Any) -> None:
        """Twisted's."""

    def addressResolved(self, address: Any) -> None:
        """Twisted's."""
        self.found.append(address.host)

    def resolutionComplete(self) -> None:
        """Twisted's."""
        self.complete = True


def test_the_connection_is_offered_public_addresses_only() -> None:
    receiver, refused = Receiver(), dict[str, str]()
    guard = PublicOnly(receiver, "rebinding.gov.cn", refused)
    found: list[Any] = [IPv4Address("TCP", host, 80) for host in ("8.8.8.8", "10.0.0.1")]
    for address in (*found, IPv6Address("TCP", "fe80::1", 80)):
        guard.addressResolved(address)
    guard.resolutionComplete()
    assert receiver.found == ["8.8.8.8"]
    assert receiver.complete
    assert "private" in refused["rebinding.gov.cn"]
