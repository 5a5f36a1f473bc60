"""A small web of invented hosts behind a forward proxy, for tests of manners: what a host does is a function.

Where the replica plays sites, this plays transport: TLS of several ages, ports that refuse, odd statuses.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from tests.replica.certificates import Authority

Tls = Literal["modern", "legacy", "broken", "refused", "silent"]
"""How a host's port 443 is: `broken` closes the connection at the handshake, `silent` never answers."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a host answers."""

    body: str | bytes = "<html><body>" + "<p>虚构的页面。</p>" * 50 + "</body></html>"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as the server saw it; `begun` and `ended` are its clock's seconds."""

    url: str
    begun: float
    headers: dict[str, str]


Play = Callable[[Seen], Reply]


class Web:
    """Starts on entering. `play` answers for every host; `tls` says how a host's port 443 is."""

    def __init__(self, play: Play, tls: dict[str, Tls] | None = None) -> None:
        self.play, self.tls = play, tls or {}
        self.seen: list[Seen] = []
        self.tunnels: list[str] = []
        """Hosts to which a tunnel was asked for, in order."""

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="web-")
        self.authority = Authority(Path(self._folder.name))
        self._contexts: dict[str, ssl.SSLContext] = {}
        self.ended = threading.Event()
        self._server = _Server(self)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._folder.cleanup()

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return int(self._server.server_address[1])

    def environment(self) -> dict[str, str]:
        """The proxy variables."""
        url = f"http://127.0.0.1:{self.port}"
        return {"http_proxy": url, "https_proxy": url, "no_proxy": ""}

    def asked(self, path: str = "") -> list[str]:
        """The addresses that were asked for, robots.txt left out; those that end in `path`."""
        urls = [seen.url for seen in self.seen]
        return [url for url in urls if url.endswith(path) and not url.endswith("/robots.txt")]

    def context(self, host: str) -> ssl.SSLContext:
        """The host's TLS context."""
        if host not in self._contexts:
            context = self.authority.context(host)
            if self.tls.get(host) == "legacy":
                age_by_fifteen_years(context)
            self._contexts[host] = context
        return self._contexts[host]


def age_by_fifteen_years(context: ssl.SSLContext) -> None:
    """Leaves TLS 1.0, and connecting without secure renegotiation."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, web: Web) -> None:
        self.web = web
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Handshakes fail here on purpose."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    _tunnel: str | None = None

    def do_CONNECT(self) -> None:
        """A tunnel to a host's port 443, as that is."""
        host, web = self.path.rpartition(":")[0], self.server.web
        web.tunnels.append(host)
        how = web.tls.get(host, "modern")
        if how == "refused":
            self.send_error(502)
            return
        if how == "silent":
            web.ended.wait(30)
            return
        self.send_response_only(200)
        self.end_headers()
        self.wfile.flush()
        if how == "broken":
            self.connection.recv(1)
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        self.connection = web.context(host).wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb", -1)
        self.wfile = self.connection.makefile("wb", 0)
        self._tunnel = host
        self.close_connection = False

    def do_GET(self) -> None:
        """What the web's `play` answers."""
        url = f"https://{self._tunnel}{self.path}" if self._tunnel else self.path
        if url.startswith("/"):
            url = f"http://{self.headers['Host']}{url}"
        seen = Seen(url, monotonic(), {name.lower(): value for name, value in self.headers.items()})
        self.server.web.seen.append(seen)
        reply = self.server.web.play(seen)
        if urlsplit(url).path == "/robots.txt" and reply == Reply():
            reply = Reply("", 404)
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        self.send_response(reply.status)
        headers = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
        for name, value in (headers | reply.headers).items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Silence."""
