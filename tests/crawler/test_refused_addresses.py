"""Which addresses a crawl may not ask for, by name and by what a name resolves to."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest
from twisted.internet.address import IPv4Address, IPv6Address

from crawler.addresses import private, refusal
from crawler.resolver import PublicOnly

HOSTS = ("www.bjxch.gov.cn", "www.xuxian.example", "8.8.8.8:8080")


@pytest.mark.parametrize(
    "url",
    [
        "https://www.bjxch.gov.cn/a.html",
        "http://other.gov.cn/a.pdf",
        "https://www.xuxian.example/",
        "http://8.8.8.8:8080/list",
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
    ],
)
def test_everything_else_is_refused_with_a_reason(url: str) -> None:
    assert refusal(url, HOSTS)


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
