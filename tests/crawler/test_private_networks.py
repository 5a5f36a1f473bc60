"""Without a proxy, no connection leads into a private network unless the operator allows it by name."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from crawler.exits import Exit
from tests.crawler.crawling import FAST, ROOT

ENTRY = """
[local]
name = "虚构县"
code = "000000"
family = "xicheng"
hosts = ["localhost:{port}", "localhost"]
seeds = ["http://localhost:{port}/zt/xxgkzl/gknb.html"]
"""


class Server(ThreadingHTTPServer):
    """Answers 404 to everything and remembers that it was asked."""

    asked: list[str]


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server

    def do_GET(self) -> None:
        """Nothing is here."""
        self.server.asked.append(self.path)
        self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


@pytest.fixture
def server() -> Iterator[Server]:
    """A server in this machine's own network."""
    with Server(("127.0.0.1", 0), Handler) as listening:
        listening.asked = []
        thread = threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield listening
        listening.shutdown()


def crawl(server: Server, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A crawl without a proxy of a site that lives at `localhost`."""
    entry = folder / "own.toml"
    entry.write_text(ENTRY.format(port=server.server_address[1]), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    called = "from crawler.cli import main; main()"
    command = [sys.executable, "-c", called, "crawl", "local", "--archive", str(folder / "archive"), *FAST]
    return subprocess.run(
        [*command, *arguments],
        cwd=ROOT,
        env=environment | {"GONGKAI_SITES": str(entry), "GONGKAI_STATE": str(folder / "state")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_is_refused_before_a_connection_is_made(server: Server, tmp_path: Path) -> None:
    done = crawl(server, tmp_path)
    assert done.returncode == Exit.NETWORK, done.stderr
    assert "off limits" in done.stderr
    assert "private" in done.stderr
    assert not server.asked


def test_the_operator_can_allow_it_by_name(server: Server, tmp_path: Path) -> None:
    done = crawl(server, tmp_path, "-s", "GONGKAI_ALLOW_PRIVATE=localhost")
    assert "Traceback" not in done.stderr
    assert server.asked == ["/robots.txt", "/zt/xxgkzl/gknb.html"]
