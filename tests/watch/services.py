"""Real servers that play those whom a channel talks to: robots and webhooks over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Asked:
    """A request as the service saw it."""

    path: str
    query: dict[str, str]
    body: Any
    size: int


@dataclass
class Answer:
    """What the service says: a status, a body, headers."""

    status: int = 200
    body: str = "ok"
    headers: dict[str, str] = field(default_factory=dict)


Script = Callable[[Asked], Answer]


@dataclass
class Service:
    """A service on this machine, with all that it was asked."""

    url: str
    asked: list[Asked] = field(default_factory=list)
    script: Script = lambda asked: Answer()

    def answers(self, *answers: Answer) -> None:
        """Gives these answers one after the other, the last of them for ever."""
        left = list(answers)
        self.script = lambda asked: left.pop(0) if len(left) > 1 else left[0]


def coded(key: str, code: int, said: str = "ok") -> Answer:
    """An answer as Feishu, WeCom and DingTalk give it."""
    return Answer(200, json.dumps({key: code, "msg" if key == "code" else "errmsg": said}))


@contextmanager
def service(path: str = "/hook/0123456789abcdef") -> Iterator[Service]:
    """A service that takes whatever comes, until its script is changed."""
    played: Service

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers["Content-Length"]))
            parts = urlsplit(self.path)
            asked = Asked(parts.path, dict(parse_qsl(parts.query)), json.loads(data), len(data))
            played.asked.append(asked)
            answer = played.script(asked)
            body = answer.body.encode()
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    played = Service(f"http://127.0.0.1:{server.server_address[1]}{path}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield played
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
