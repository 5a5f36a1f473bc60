"""Asks for addresses with the project's own transport (settings, middlewares, handler) and nothing else.

`ask` starts a process: Scrapy's reactor cannot be started twice in one. Each list of addresses is one crawl;
the crawls of a call share the process, as those of `gongkai crawl --all` do.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Came:
    """What came of asking for `url`."""

    url: str
    final: str = ""
    status: int = 0
    flags: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    """Every address on the way, the one that was asked for first."""
    error: str = ""
    """In words, where there is no answer."""
    seconds: float = 0.0
    """From the crawl's start to the answer."""


def ask(
    *crawls: list[str], environment: dict[str, str], role: str = "list", **settings: Any
) -> dict[str, Came]:
    """What came of each address; `settings` are Scrapy's, politeness is off unless they say so."""
    told = {"crawls": crawls, "role": role, "settings": settings}
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.crawler.asking"],
        input=json.dumps(told),
        cwd=ROOT,
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    listed = ("flags", "passed")
    came = [Came(**line | {name: tuple(line.get(name, ())) for name in listed}) for line in lines]
    assert len(came) == sum(map(len, crawls)), done.stderr
    return {answer.url: answer for answer in came}


class Asking(Spider):
    """Asks for its addresses in their order and prints what came of each."""

    name = "asking"
    custom_settings = {  # noqa: RUF012 (Scrapy's name)
        "ITEM_PIPELINES": {},
        "EXTENSIONS": {},
        "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_ENABLED": False,
        "LOG_LEVEL": "ERROR",
    }

    def __init__(self, urls: list[str], role: str, hosts: list[str]) -> None:
        super().__init__()
        self.urls, self.role, self.allowed_domains = urls, role, hosts

    async def start(self) -> AsyncIterator[Request]:
        """A request for each address."""
        from time import monotonic

        self.began = monotonic()
        for number, url in enumerate(self.urls):
            meta = {"role": self.role, "asked": url}
            yield Request(
                url, self.parse, errback=self.lost, dont_filter=True, priority=-2 * number, meta=meta
            )

    def parse(self, response: Response) -> Iterator[Any]:
        """Prints an answer."""
        assert response.request is not None
        passed = [*response.request.meta.get("redirect_urls", ()), response.url]
        self.tell(
            response.request, final=response.url, status=response.status, flags=response.flags, passed=passed
        )
        yield from ()

    def lost(self, failure: Failure) -> None:
        """Prints why there is no answer."""
        from crawler.failures import explain

        request: Request = failure.request  # type: ignore[attr-defined]
        error: BaseException = failure.value  # type: ignore[assignment]
        self.tell(request, error=f"{type(error).__name__}: {explain(error, request)}")

    def tell(self, request: Request, **what: Any) -> None:
        """One line of JSON."""
        from time import monotonic

        told = {"url": request.meta["asked"], "seconds": monotonic() - self.began} | what
        print(json.dumps(told), flush=True)


def main() -> None:
    """Reads what to ask from stdin and asks it."""
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    told = json.load(sys.stdin)
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict(told["settings"], priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    hosts = str(told["settings"].get("HOSTS", "")).split()
    for urls in told["crawls"]:
        process.crawl(Asking, urls=urls, role=told["role"], hosts=hosts)
    process.start()


if __name__ == "__main__":
    main()
