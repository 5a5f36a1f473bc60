"""A proxy in front of an S3 server that goes wrong as it is told: for each request one fault, or none.

The client speaks to it as to the server, plain or over TLS; requests go on unchanged, so that signatures
hold. What each fault does is said by `FAULTS`. It counts a fault only when it was really played.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import random
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.messages import Answer, Asked, cut_short, pass_on, read, send, without

BEFORE = {
    "refused": "nobody listens for a third of a second, and what was connected is reset",
    "reset": "the connection is reset before the request goes on",
    "stalled": "nothing happens for a while, then the connection is reset",
    "cut-up": "half of a body goes on to the server, then both connections end",
    "error-500": "500 before the server has the request",
    "slow-down": "503 SlowDown before the server has the request",
    "expired": "the credentials have expired (ExpiredToken)",
    "skewed": "the client's clock is wrong (RequestTimeTooSkewed)",
    "no-bucket": "the bucket is gone (NoSuchBucket; of HEAD a bare 404)",
    "empty-200": "200 by the proxy itself, with nothing; the server never hears of it",
    "portal": "200 with a captive portal's HTML; the server never hears of it",
    "redirected": "302 to a captive portal; the server never hears of it",
    "flip-up": "a bit of a body is flipped on the way to the server",
}
"""What the proxy does under each name with a request."""
AFTER = {
    "lost-answer": "the server has done it, and the connection is reset in place of the answer",
    "error-after": "the server has done it, and the answer is a 500",
    "flip-down": "a bit of a body is flipped on the way back",
    "short-down": "half of a body comes back, with a Content-Length to match",
    "cut-down": "half of a body comes back, then the connection ends",
    "wrong-etag": "the answer has another ETag",
    "dripping": "the answer comes in small pieces, slowly",
}
"""The same with an answer."""
FAULTS = BEFORE | AFTER

_REFUSALS = {
    "error-500": (500, "InternalError"),
    "slow-down": (503, "SlowDown"),
    "expired": (400, "ExpiredToken"),
    "skewed": (403, "RequestTimeTooSkewed"),
    "no-bucket": (404, "NoSuchBucket"),
    "error-after": (500, "InternalError"),
}
_PORTAL = (
    b"<!DOCTYPE html><html><head><title>Welcome</title></head><body>Log in to use this network.</body></html>"
)
_MADE = {
    "empty-200": Answer(200, "OK", (("ETag", '"0"'),), b""),
    "portal": Answer(200, "OK", (("Content-Type", "text/html"),), _PORTAL),
    "redirected": Answer(302, "Found", (("Location", "http://192.0.2.1/login"),), b""),
}
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing resets


class _Over(Exception):
    """Raised where the connection to the client is to end."""


class Proxy:
    """Starts on entering. `play` names the fault of a request, one of `FAULTS`, or "" for none.

    `upstream` is the server's address (http) and may change at any time; `certificate` (a PEM file with
    the key) makes the proxy speak TLS. `stall` is how long a stalled request is held, in seconds.
    """

    def __init__(
        self,
        upstream: str,
        *,
        certificate: Path | None = None,
        play: Callable[[Asked], str] = lambda _: "",
        stall: float = 2.0,
    ) -> None:
        self.upstream = upstream
        self.play = play
        self.stall = stall
        self.played: Counter[str] = Counter()
        """How often each fault was played, and "" for requests that went through undisturbed."""
        self._tls: ssl.SSLContext | None = None
        if certificate is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificate)
        self._door: socket.socket | None = None
        self._inside: set[socket.socket] = set()
        self._lock = threading.RLock()
        self._shut = False
        self._port = 0

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.shut()

    @property
    def url(self) -> str:
        """The address for clients; it stays the same while nobody listens."""
        return f"https://localhost:{self._port}" if self._tls else f"http://127.0.0.1:{self._port}"

    def open(self) -> None:
        """Listen (again)."""
        with self._lock:
            self._shut = False
            self._listen()

    def shut(self) -> None:
        """An outage: nobody listens until `open`, and every connection is reset."""
        with self._lock:
            self._shut = True
            self._leave()

    def _listen(self) -> None:
        if self._door is None:
            self._door = _on_a_port(self._port)
            self._port = self._door.getsockname()[1]
            threading.Thread(target=self._accept, args=(self._door,), daemon=True).start()

    def _leave(self) -> None:
        door, self._door = self._door, None
        if door is not None:
            with contextlib.suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)  # else `accept` goes on waiting
            door.close()
        for connection in list(self._inside):
            _reset(connection)

    def _accept(self, door: socket.socket) -> None:
        while True:
            try:
                connection, _ = door.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with self._lock:
            if self._door is None:
                _reset(connection)
                return
            self._inside.add(connection)
        raw = connection
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
                with self._lock:
                    self._inside.discard(raw)
                    self._inside.add(connection)
            with connection.makefile("rb") as stream:
                while (asked := read(stream, connection)) is not None:
                    self._answer(asked, connection)
        except (OSError, ValueError, http.client.HTTPException, _Over):
            pass  # the client is gone, or was sent away
        finally:
            with self._lock:
                self._inside -= {raw, connection}
            connection.close()

    def _answer(self, asked: Asked, client: socket.socket) -> None:
        fault = self.play(asked)
        assert not fault or fault in FAULTS
        if fault in ("flip-up", "cut-up") and not asked.body:
            fault = ""
        if fault in BEFORE:
            self._count(fault)
            heard = self._before(fault, asked, client)
            if heard is None:
                return
            asked = heard
        try:
            answer = pass_on(asked, self.upstream)
        except (OSError, http.client.HTTPException):
            _harden(client)  # the server itself is down
            raise _Over from None
        if fault not in BEFORE:
            fault = fault if _fits(fault, asked, answer) else ""
            self._count(fault)
        self._give(fault, asked, answer, client)

    def _before(self, fault: str, asked: Asked, client: socket.socket) -> Asked | None:
        """Play what happens before the server hears of the request; gives what it shall hear, if anything."""
        made = _MADE.get(fault) or (_refusal(fault) if fault in _REFUSALS else None)
        if made is not None:
            send(client, asked, made)
            return None
        match fault:
            case "flip-up":
                return replace(asked, body=_flipped(asked.body))
            case "refused":
                self._refuse(0.3)
            case "stalled":
                time.sleep(self.stall)
            case "cut-up":
                cut_short(asked, self.upstream)
        _harden(client)
        raise _Over

    def _give(self, fault: str, asked: Asked, answer: Answer, client: socket.socket) -> None:
        """Hand the answer back, as the fault would have it."""
        half = answer.body[: len(answer.body) // 2]
        match fault:
            case "lost-answer":
                _harden(client)
                raise _Over
            case "error-after":
                answer = _refusal(fault)
            case "flip-down":
                answer = replace(answer, body=_flipped(answer.body))
            case "short-down":
                answer = replace(answer, body=half)
            case "cut-down":
                send(client, asked, answer, upto=len(half))
                raise _Over
            case "wrong-etag":
                answer = replace(
                    answer, headers=(*without(answer.headers, "etag"), ("ETag", f'"{"0" * 32}"'))
                )
            case "dripping":
                send(client, asked, answer, pause=0.05)
                return
        send(client, asked, answer)

    def _refuse(self, seconds: float) -> None:
        with self._lock:
            if self._door is None:
                return
            self._leave()
        threading.Timer(seconds, self._again).start()

    def _again(self) -> None:
        with self._lock:
            if not self._shut:
                self._listen()

    def _count(self, fault: str) -> None:
        with self._lock:
            self.played[fault] += 1


def at_random(
    seed: int, share: float, among: Sequence[str] = tuple(FAULTS), *, spared: int = 0
) -> Callable[[Asked], str]:
    """A play in which that share of the requests goes wrong, but none of the first ones that are `spared`."""
    dice, lock, seen = random.Random(seed), threading.Lock(), itertools.count(1)

    def play(_: Asked) -> str:
        with lock:
            return dice.choice(among) if next(seen) > spared and dice.random() < share else ""

    return play


def _on_a_port(port: int) -> socket.socket:
    """A listening socket on that port; at first (0) on one that the system gives to nobody by itself."""
    if port:
        return socket.create_server(("127.0.0.1", port), backlog=64)
    own = random.SystemRandom()
    while True:
        with contextlib.suppress(OSError):
            return socket.create_server(("127.0.0.1", own.randrange(20_000, 32_000)), backlog=64)


def _refusal(fault: str) -> Answer:
    status, code = _REFUSALS[fault]
    body = f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>-</Message></Error>"
    headers = (("Content-Type", "application/xml"), ("Content-Length", str(len(body))))
    return Answer(status, http.client.responses[status], headers, body.encode())


def _fits(fault: str, asked: Asked, answer: Answer) -> bool:
    """Whether a fault of the way back can be played on this answer."""
    if fault in ("flip-down", "short-down", "cut-down"):
        return answer.status == 200 and len(answer.body) > 1 and asked.method != "HEAD"
    if fault == "wrong-etag":
        return any(name.lower() == "etag" for name, _ in answer.headers)
    return True


def _flipped(body: bytes) -> bytes:
    """The bytes with one bit the other way, somewhere; the same each time."""
    place = len(body) * 5 // 8
    return body[:place] + bytes([body[place] ^ 4]) + body[place + 1 :]


def _harden(connection: socket.socket) -> None:
    """Let closing reset the connection."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)


def _reset(connection: socket.socket) -> None:
    """End a connection that another thread may be reading from."""
    _harden(connection)
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
