"""TLS as servers of twenty years ago speak it, for second attempts only.

Some modern servers hang when a client offers this much, so that nobody is asked this way first
(cms-families 0.6). Certificates are not verified here, nor by Scrapy: pages are public, and what came is
archived as it came.
"""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL
from scrapy.core.downloader.contextfactory import _ScrapyCertificateOptions, _ScrapyClientContextFactory
from twisted.internet.ssl import AcceptableCiphers, TLSVersion

CIPHERS = "ALL:!aNULL:!eNULL"


class LegacyContexts(_ScrapyClientContextFactory):
    """Contexts for TLS 1.0 and later with whatever ciphers and keys the server has."""

    def __init__(self) -> None:
        super().__init__(tls_min_version=TLSVersion.TLSv1_0)
        self.tls_ciphers = AcceptableCiphers.fromOpenSSLCipherString(CIPHERS)  # type: ignore[no-untyped-call]

    def _get_cert_options(self) -> _ScrapyCertificateOptions:
        return LegacyOptions(**self._get_cert_options_kwargs())


class LegacyOptions(_ScrapyCertificateOptions):
    """Scrapy's options (legacy server connect among them), at OpenSSL's lowest security level."""

    def _makeContext(self, skipCiphers: bool = False) -> SSL.Context:
        context: Any = super()._makeContext(skipCiphers=True)
        # Level 1 takes 1024-bit keys; TLS 1.0 and 1.1, whose signatures are SHA-1, need level 0.
        context.set_cipher_list(f"{CIPHERS}:@SECLEVEL=0".encode())
        context.set_tmp_ecdh(ec.SECP256R1())  # for servers that answer other curves with BAD_ECPOINT
        made: SSL.Context = context
        return made
