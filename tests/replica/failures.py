"""How a request can go wrong: one function for each mode of `Replica.fail`, and the book of what fails where.

A mode gets the handler and the page that would have been sent. Nothing here sleeps: a stall lasts until
the client gives up or the replica stops.
"""

from __future__ import annotations

import contextlib
import gzip
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from tests.replica.site import Page

if TYPE_CHECKING:
    from tests.replica.server import Handler

Failure = Callable[["Handler", Page], None]
BIG = 200 * 1024 * 1024
_BLOCK = bytes(range(32, 96)) * 1024  # 64 KiB


@dataclass(slots=True)
class _Entry:
    host: str
    pattern: str
    failure: Failure
    left: int | None


class Failures:
    """Which paths fail, how, and how many times more."""

    def __init__(self) -> None:
        self._entries: list[_Entry] = []
        self._lock = threading.Lock()

    def add(self, path: str, mode: str, times: int | None = None, host: str = "*") -> None:
        """`path` (with its query) and `host` may hold `*`. The newest entry wins.

        Raises:
            ValueError: there is no such mode.
        """
        with self._lock:
            self._entries.append(_Entry(host, path, failure(mode), times))

    def clear(self) -> None:
        """Nothing fails any more."""
        with self._lock:
            self._entries.clear()

    def take(self, host: str, path: str) -> Failure | None:
        """The failure due for this request, if any, counted as used."""
        with self._lock:
            for entry in reversed(self._entries):
                matches = fnmatchcase(path, entry.pattern) and fnmatchcase(host, entry.host)
                if matches and entry.left != 0:
                    entry.left = None if entry.left is None else entry.left - 1
                    return entry.failure
        return None


def failure(mode: str) -> Failure:
    """The failure of that name; any number from 300 to 599 is a plain answer with that status.

    Raises:
        ValueError: there is no such mode.
    """
    if mode in MODES:
        return MODES[mode]
    if mode.isdigit() and 300 <= int(mode) <= 599:
        return lambda handler, page: _status(handler, int(mode))
    raise ValueError(f"no failure mode {mode!r}: a status, or one of {', '.join(MODES)}")


def truncate(handler: Handler, page: Page) -> None:
    """Half the body under the whole's Content-Length, then the connection ends."""
    handler.close_connection = True
    handler.send(200, page.body[: len(page.body) // 2], page, {}, length=len(page.body))


def truncated_gzip(handler: Handler, page: Page) -> None:
    """Sound HTTP around half a gzip stream."""
    whole = gzip.compress(page.body, 6, mtime=0)
    handler.send(200, whole[: len(whole) // 2], page, {"Content-Encoding": "gzip"})


def half_file(handler: Handler, page: Page) -> None:
    """Sound HTTP around half a file: a damaged upload."""
    handler.send(200, page.body[: len(page.body) // 2], page, {})


def empty(handler: Handler, page: Page) -> None:
    """200 and nothing."""
    handler.send(200, b"", page, {})


def stall(handler: Handler, page: Page) -> None:
    """Half the body, then silence."""
    truncate(handler, page)
    handler.wfile.flush()
    with contextlib.suppress(OSError):
        handler.connection.recv(1)


def reset(handler: Handler, page: Page) -> None:
    """The connection is reset before a byte of an answer."""
    handler.record(0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.rfile.close()
    handler.wfile.close()
    handler.connection.close()
    raise ConnectionResetError("reset, as asked")


def big(handler: Handler, page: Page) -> None:
    """200 MiB with a Content-Length, made while it is sent."""
    handler.send(200, b"", page, {}, length=BIG)
    for _ in range(BIG // len(_BLOCK)):
        handler.wfile.write(_BLOCK)


def big_chunked(handler: Handler, page: Page) -> None:
    """200 MiB in chunks, length not told."""
    handler.record(200)
    handler.send_response(200)
    handler.send_header("Content-Type", page.content_type or "text/html")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for _ in range(BIG // len(_BLOCK)):
        handler.wfile.write(b"%x\r\n%b\r\n" % (len(_BLOCK), _BLOCK))
    handler.wfile.write(b"0\r\n\r\n")


def bomb(handler: Handler, page: Page) -> None:
    """A small gzip body that unpacks to 200 MiB."""
    member = gzip.compress(bytes(1024 * 1024), 9, mtime=0)
    handler.send(200, member * (BIG // (1024 * 1024)), page, {"Content-Encoding": "gzip"})


def challenge(handler: Handler, page: Page) -> None:
    """412 with a small script and a cookie, as a challenge of the Ruishu kind answers."""
    script = b"<html><head><script>var _0x={};document.cookie='x=1';</script></head><body></body></html>"
    handler.send(412, script, replace(page, content_type="text/html"), {"Set-Cookie": "FSSBBIl1UgzbN7N80S=x"})


def cookie_loop(handler: Handler, page: Page) -> None:
    """302 to the same address with another cookie each time, for ever."""
    handler.send(
        302, b"", page, {"Location": handler.url(), "Set-Cookie": f"CT6T={time.monotonic_ns()}; path=/"}
    )


def cookie_once(handler: Handler, page: Page) -> None:
    """302 to the same address with a cookie, and the page for who brings it (openresty CT6T)."""
    if "CT6T=" in handler.headers.get("Cookie", ""):
        handler.reply(page)
    else:
        handler.send(302, b"", page, {"Location": handler.url(), "Set-Cookie": "CT6T=1; path=/"})


def written(text: str, **headers: str) -> Failure:
    """200 with these words of HTML."""

    def send(handler: Handler, page: Page) -> None:
        handler.send(200, text.encode(), replace(page, content_type="text/html; charset=utf-8"), headers)

    return send


def retry_after(seconds: int) -> Failure:
    """503 that asks for so much patience."""

    def send(handler: Handler, page: Page) -> None:
        handler.send(503, b"<html>busy</html>", page, {"Retry-After": str(seconds)})

    return send


def redirect(target: str) -> Failure:
    """302 to `target`."""

    def send(handler: Handler, page: Page) -> None:
        handler.send(302, b"", page, {"Location": target})

    return send


def redirect_loop(handler: Handler, page: Page) -> None:
    """302 to the same address, for ever."""
    handler.send(302, b"", page, {"Location": handler.url()})


def _status(handler: Handler, status: int) -> None:
    text = f"<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>\n".encode()
    handler.send(status, text, Page(), {})


MODES: dict[str, Failure] = {
    "truncate": truncate,
    "truncated-gzip": truncated_gzip,
    "half-file": half_file,
    "empty": empty,
    "stall": stall,
    "reset": reset,
    "big": big,
    "big-chunked": big_chunked,
    "bomb": bomb,
    "challenge": challenge,
    "redirect-private": redirect("http://127.0.0.1/private"),
    "redirect-metadata": redirect("http://169.254.169.254/latest/meta-data/"),
    "redirect-mirror": redirect("http://www.bjxch.gov.cn.mirror.example/"),
    "redirect-loop": redirect_loop,
    "redirect-login": redirect("/sso/login?back=1"),
    "cookie-loop": cookie_loop,
    "cookie-once": cookie_once,
    "cookie-stub": written(
        "<html><script>var k='C3VK';document.cookie=k+'=7f2a;max-age=300';location.reload();</script></html>"
    ),
    "guard-stub": written("<html><head><script src='/_guard/auto.js'></script></head><body></body></html>"),
    "throttle": written(
        "<html><head><title>首页</title></head><body>"
        + "<p>虚构的首页，什么地址都是它。</p>" * 150
        + "</body></html>"
    ),
    "login": written("<html><title>用户登录</title><body><form><input type='password'></form></body></html>"),
    "busy": retry_after(0),
    "busy-for-hours": retry_after(7200),
    "robots-500": lambda handler, page: _status(handler, 500),
}
"""Modes by name (`robots-500` is `500`, named for what it is used for)."""
