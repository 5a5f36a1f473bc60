"""`python -m tests.replica`: plays the sites until it is interrupted.

The first line on stdout is JSON: the proxy's address, the authority's file, the variables to set.
"""

from __future__ import annotations

import json
import signal
import threading

import click

from tests.replica import Replica
from tests.replica.families import all_districts, small_districts
from tests.replica.site import all_sites


@click.command()
@click.option("--port", default=0, show_default="a free one", help="Port of the proxy on 127.0.0.1.")
@click.option("--seed", default=1, show_default=True, help="The same seed plays the same bytes.")
@click.option("--districts", is_flag=True, help="Play every CMS family's districts, too.")
@click.option("--small", default=0, show_default=True, help="Play so many tiny districts, too.")
@click.option("--list-truth", is_flag=True, help="Print what the reports say, as JSON lines, and end.")
def main(port: int, seed: int, districts: bool, small: int, list_truth: bool) -> None:
    """Play government sites behind a proxy (http and https) on this machine."""
    sites = [*all_sites(), *(all_districts() if districts else ()), *small_districts(small)]
    replica = Replica(seed=seed, port=port, sites=sites)
    if list_truth:
        for entry in replica.truth().values():
            click.echo(json.dumps(entry, ensure_ascii=False))
        return
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with replica:
        told = {
            "proxy": replica.proxy_url,
            "ca_file": replica.ca_file,
            "environment": replica.environment(),
        }
        click.echo(json.dumps(told))
        click.echo("correct a report: curl -x $http_proxy http://replica.invalid/correct", err=True)
        ended.wait()


if __name__ == "__main__":
    main()
