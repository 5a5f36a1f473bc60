"""`python -m tests.faults.outage`: nobody listens for ten minutes in the middle of a real crawl.

The crawl is slow enough to begin before the outage and to end after it. It must not stop meanwhile, need
no more memory, and end with everything in the archive, like a crawl that met no outage.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Thread
from time import monotonic, sleep

import click

from storage.store import open_store
from tests.crawler.crawling import Crawl
from tests.faults.checking import check
from tests.faults.crawls import content
from tests.replica import Replica
from tests.servers.proxy import Proxy
from tests.servers.swift_server import Swift

NEVER = 1e9


@click.command()
@click.option("--seconds", default=600.0, show_default=True, help="How long the outage lasts.")
@click.option("--before", default=10, show_default=True, help="Pages crawled before it.")
@click.option("--delay", default=6.0, show_default=True, help="Seconds between two requests of the crawl.")
def main(seconds: float, before: int, delay: float) -> None:
    """Play one long outage, over TLS."""
    folder = Path(tempfile.mkdtemp(prefix="outage-"))
    swift = Swift(folder).start()
    url = swift.new_place()
    try:
        with Replica() as replica, Proxy(swift.url, certificate=swift.certificate) as proxy:
            told = swift.environment(tls=True) | {"AWS_ENDPOINT_URL_S3": proxy.url}
            crawl = Crawl(replica, folder, url)
            process = Popen(
                crawl.command("-s", f"DOWNLOAD_DELAY={delay}"),
                env=crawl.environment | told,
                stderr=PIPE,
                text=True,
            )
            begun = monotonic()
            Thread(target=_echo, args=(process, begun), daemon=True).start()
            for what, pages, length in (
                ("before", before, 1e9),
                ("outage", 1e9, seconds),
                ("after", 1e9, 1e9),
            ):
                if what == "outage":
                    proxy.shut()
                elif what == "after":
                    proxy.open()
                end = monotonic() + length
                while process.poll() is None and monotonic() < end and _pages(replica) < pages:
                    sleep(min(20.0, end - monotonic()) if pages == NEVER else 2.0)
                    _report(what, begun, process, _pages(replica), folder)
            click.echo(f"exit code {process.returncode} after {monotonic() - begun:.0f} s")
            assert process.returncode == 0
            quiet = Crawl(replica, folder / "undisturbed")
            assert quiet.run().code == 0
        os.environ.update(swift.environment())
        check(open_store(url), folder / "state", set())
        assert content(open_store(url)) == content(open_store(quiet.archive))
        click.echo("the archive has what that of an undisturbed crawl has")
    finally:
        swift.stop()


def _echo(process: Popen[str], begun: float) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        click.echo(f"{monotonic() - begun:6.0f} s | {line.rstrip()}")


def _pages(replica: Replica) -> int:
    return sum(request.method == "GET" for request in replica.log)


def _report(what: str, begun: float, process: Popen[str], pages: int, folder: Path) -> None:
    """How far the crawl is, what it needs, and what waits."""
    waiting = sum(file.stat().st_size for file in folder.glob("state/*/spool/*/*/*.part"))
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
        memory = int(status.partition("VmRSS:")[2].split()[0]) // 1024
    except (OSError, IndexError):
        return  # it has just ended
    click.echo(
        f"{monotonic() - begun:6.0f} s {what}: {pages} pages, {memory} MiB of memory, "
        f"{waiting / 1e6:.1f} MB in the spool"
    )


if __name__ == "__main__":
    main()
