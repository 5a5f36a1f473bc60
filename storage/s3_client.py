"""The client that speaks S3: the usual AWS ways to an address and credentials, and none of our own.

What it logs and how it follows redirects is kept in bounds here. `s3` uses it and knows what is stored.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.configprovider import ConfiguredEndpointProvider
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProxyConnectionError,
    SSLError,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CONFIG = Config(
    # A dead endpoint is given up after half a minute at most, a refused connection after a few seconds.
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "total_max_attempts": 4},
    # Over TLS boto3's own checksum is a trailer, which several stores refuse (411); we send ours as headers.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
    max_pool_connections=32,
)

for _name in ("boto3", "botocore"):  # at DEBUG they print session tokens and signatures
    logging.getLogger(_name).setLevel(logging.INFO)


class RedirectedAway(BotoCoreError):
    """Raised when an answer leads elsewhere and not to another region of the store."""

    fmt = "redirected away"


def client(profile: str | None) -> S3Client:
    """The usual AWS ways; of a profile that is named, its own endpoint, region and authorities come first.

    botocore lets the AWS_* variables win over a profile's, which would lead two ends to one server.
    """
    session = botocore.session.Session(profile=profile)
    said: Mapping[str, Any] = session.get_scoped_config() if profile else {}
    endpoint = None
    if said and str(said.get("ignore_configured_endpoint_urls")).lower() != "true":
        endpoint = ConfiguredEndpointProvider(session.full_config, said, "s3", environ={}).provide()
    made: S3Client = boto3.session.Session(botocore_session=session).client(
        "s3",
        config=_CONFIG,
        endpoint_url=endpoint,
        region_name=said.get("region"),
        verify=said.get("ca_bundle"),
    )
    made.meta.events.register("before-call.s3.HeadBucket", _redirected)
    return made


def _redirected(**_: object) -> None:
    # botocore asks so for a region that a redirect did not name, and is redirected again, a hundred times.
    raise RedirectedAway


def failure(error: BotoCoreError, doing: str, endpoint: str) -> str:
    """The sentence for what went wrong before a store could answer, or on the way."""
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return "no credentials were found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE."
    if isinstance(error, SSLError):
        return f"no trusted TLS connection to {endpoint}. Name its authority's file in AWS_CA_BUNDLE."
    if isinstance(error, ProxyConnectionError):
        return f"the proxy on the way to {endpoint} cannot be reached. Check https_proxy and no_proxy."
    return (
        f"{endpoint} could not be reached while {doing} ({type(error).__name__}). "
        "Check AWS_ENDPOINT_URL_S3 and the network."
    )


def code_of(error: ClientError) -> str:
    """The store's word for why it refused."""
    return str(error.response.get("Error", {}).get("Code", "unknown"))
