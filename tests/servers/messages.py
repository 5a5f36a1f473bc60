"""HTTP messages as they pass through a proxy: read whole, passed on with every byte of their headers."""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as the server gave it."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def read(stream: io.BufferedIOBase, connection: socket.socket) -> Asked | None:
    """The next request of a connection; None at its end."""
    line = stream.readline(65_536).decode("latin-1")
    if not line.strip():
        return None
    method, target, _ = line.split()
    headers = tuple(http.client.parse_headers(stream).items())
    named = {name.lower(): value for name, value in headers}
    if "transfer-encoding" in named:
        raise ValueError("this proxy takes bodies with a Content-Length only")
    if named.get("expect") == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    length = int(named.get("content-length", 0))
    body = stream.read(length)
    return Asked(method, target, headers, body) if len(body) == length else None


def send(
    client: socket.socket, asked: Asked, answer: Answer, *, upto: int | None = None, pause: float = 0
) -> None:
    """Write the answer; `upto` ends it early, `pause` (seconds) comes after each of ten pieces."""
    of_head = asked.method == "HEAD" or answer.status in (204, 304)
    headers = without(
        answer.headers, "connection", "transfer-encoding", *(() if of_head else ("content-length",))
    )
    if not of_head:
        headers = (*headers, ("Content-Length", str(len(answer.body))))
    lines = [f"HTTP/1.1 {answer.status} {answer.reason}", *(f"{name}: {value}" for name, value in headers)]
    data = "\r\n".join([*lines, "", ""]).encode("latin-1")
    body = b"" if of_head else answer.body if upto is None else answer.body[:upto]
    if not pause:
        client.sendall(data + body)
        return
    whole = data + body
    size = len(whole) // 10 + 1
    for start in range(0, len(whole), size):
        client.sendall(whole[start : start + size])
        time.sleep(pause)


def pass_on(asked: Asked, upstream: str) -> Answer:
    """What the server at `upstream` (http) answers, read whole."""
    connection = http.client.HTTPConnection(upstream.removeprefix("http://"), timeout=60)
    try:
        connection.putrequest(asked.method, asked.target, skip_host=True, skip_accept_encoding=True)
        for name, value in without(asked.headers, "expect", "connection"):
            connection.putheader(name, value)
        connection.endheaders(asked.body or None)
        response = connection.getresponse()
        return Answer(response.status, response.reason, tuple(response.getheaders()), response.read())
    finally:
        connection.close()


def cut_short(asked: Asked, upstream: str) -> None:
    """Give the server half of the body, and end."""
    host, _, port = upstream.removeprefix("http://").partition(":")
    lines = [f"{asked.method} {asked.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in without(asked.headers, "expect", "connection")]
    with contextlib.suppress(OSError), socket.create_connection((host, int(port)), 10) as server:
        server.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + asked.body[: len(asked.body) // 2])


def without(headers: tuple[tuple[str, str], ...], *names: str) -> tuple[tuple[str, str], ...]:
    """Headers but for those names (in lower case)."""
    return tuple((name, value) for name, value in headers if name.lower() not in names)
