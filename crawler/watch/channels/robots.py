"""Channels that are a POST: a generic webhook, and the robots of Feishu, WeCom, DingTalk and Slack.

Their shapes, limits and signatures are those of the services' own manuals: Feishu 自定义机器人使用指南
(20 KB a request, code 0), WeCom 群机器人配置说明 (2,048 bytes of text, 20 messages a minute, errcode 0),
DingTalk 自定义机器人接入 (20 messages a minute, then ten minutes' silence, errcode 0), Slack incoming
webhooks (the body "ok", 429 with Retry-After).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests

from crawler.errors import ChannelError
from crawler.watch.message import Message, parts
from crawler.watch.secrets import masked, secret
from crawler.watch.settings import Channel

TIMEOUT = (10.0, 30.0)
"""Seconds for a connection, and for the answer."""
MOST_SAID = 200
"""Characters of a service's own words that are repeated."""


class _Robot(NamedTuple):
    """How a service wants a text, and how it says that it took it."""

    limit: int
    """Bytes of UTF-8 in one message."""
    most: int
    """Messages that one piece of news may take."""
    body: Callable[[str], dict[str, Any]]
    code: str | None
    """The key of its answer that is 0 where all is well."""
    again: frozenset[int] = frozenset()
    """Codes after which a second try soon may do."""


_ROBOTS = {
    "feishu": _Robot(15_000, 3, lambda text: {"msg_type": "text", "content": {"text": text}}, "code",
                     frozenset({11232, 11233})),
    "wecom": _Robot(2_048, 5, lambda text: {"msgtype": "text", "text": {"content": text}}, "errcode",
                    frozenset({-1})),
    "dingtalk": _Robot(15_000, 3, lambda text: {"msgtype": "text", "text": {"content": text}}, "errcode",
                       frozenset({-1})),
    "slack": _Robot(8_000, 3, lambda text: {"text": _escaped(text)}, None),
}  # fmt: skip


def post(channel: Channel, message: Message, now: datetime) -> None:
    """Sends the message, in as many parts as the service's limit asks for.

    Raises:
        ChannelError: where the service does not take it; without address and secrets.
    """
    url = secret(channel, "url")
    if not re.fullmatch(r"https?://[^\s/\[\]]+\S*", url or ""):
        raise ChannelError("its address should begin with https:// and have no blanks in it")
    assert url is not None  # settings.py
    key = secret(channel, "secret") if channel.kind in ("feishu", "dingtalk") else None
    robot = _ROBOTS.get(channel.kind)
    if robot is None:
        _post(url, {"title": message.title, "text": message.text, **message.data}, None)
        return
    for part in parts(message.text, robot.limit, robot.most):
        body, query = robot.body(part), {}
        if key is not None:
            signed = _signature(channel.kind, key, now)
            if channel.kind == "feishu":
                body |= signed
            else:
                query = signed
        _post(url, body, robot, query, key)


def _signature(kind: str, key: str, now: datetime) -> dict[str, str]:
    """Feishu signs nothing with "time\\nkey" as the key, DingTalk that text with the key; in seconds and in
    milliseconds."""
    seconds = int(now.timestamp())
    said = str(seconds if kind == "feishu" else seconds * 1000)
    text = f"{said}\n{key}".encode()
    made = hmac.new(text, b"", hashlib.sha256) if kind == "feishu" else hmac.new(key.encode(), text, "sha256")
    return {"timestamp": said, "sign": base64.b64encode(made.digest()).decode()}


def _post(
    url: str,
    body: dict[str, Any],
    robot: _Robot | None,
    query: dict[str, str] | None = None,
    key: str | None = None,
) -> None:
    host = urlsplit(url).hostname
    logging.getLogger("urllib3").setLevel(logging.INFO)  # its DEBUG lines have the address in them
    try:
        answer = requests.post(url, json=body, params=query, timeout=TIMEOUT, allow_redirects=False)
    except requests.Timeout:
        raise ChannelError(f"{host} did not answer in time", again=True) from None
    except requests.RequestException as error:
        # Its own words have the address, and so the token, in them.
        raise ChannelError(f"{host} cannot be reached ({type(error).__name__})", again=True) from None
    status = answer.status_code
    said = masked(" ".join(answer.text.split())[:MOST_SAID], url, key)
    if status == 429 or status >= 500:
        raise ChannelError(f"{host} answers {status}: {said}", again=True, after=_asked(answer))
    if not 200 <= status < 300:
        raise ChannelError(f"{host} answers {status}: {said}")
    if robot is not None and robot.code is not None:
        code = _code(answer, robot.code)
        if code != 0:
            raise ChannelError(f"{host} refuses it: {said}", again=code in robot.again)


def _code(answer: requests.Response, name: str) -> int | None:
    """The service's own code; None where its answer is none of its own."""
    try:
        found = answer.json().get(name)
    except (ValueError, AttributeError):
        return None
    return found if isinstance(found, int) else None


def _asked(answer: requests.Response) -> float | None:
    said = answer.headers.get("Retry-After", "")
    return float(said) if said.isascii() and said.isdigit() else None


def _escaped(text: str) -> str:
    """Slack reads &, < and > as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
