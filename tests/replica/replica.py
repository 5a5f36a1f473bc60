"""`Replica`: the played sites behind a proxy on a free port of this machine, in a thread of this process."""

from __future__ import annotations

import os
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.replica.certificates import Authority
from tests.replica.control import Control
from tests.replica.failures import Failures
from tests.replica.server import Request, Server
from tests.replica.site import Correction, Key, Site, all_sites


class Replica:
    """Starts on entering; the same seed gives the same bytes at every address.

    `port` 0 takes a free one. `sites` limits what is played (default: every site in `sites/`).
    """

    def __init__(self, *, seed: int = 1, port: int = 0, sites: list[type[Site]] | None = None) -> None:
        self.seed = seed
        self._port = port
        self._sites = [site(seed) for site in (all_sites() if sites is None else sites)]
        self._failures = Failures()
        self._server: Server | None = None

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="replica-")
        self._authority = Authority(Path(self._folder.name))
        hosts: dict[str, Site] = {host: site for site in self._sites for host in site.hosts}
        hosts |= dict.fromkeys(Control.hosts, Control(self))
        self._server = Server(self._port, hosts, self._authority, self._failures)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        server = self.server
        server.stop()
        self._thread.join()
        self._folder.cleanup()
        if server.errors and error is None:
            raise server.errors[0]

    @property
    def server(self) -> Server:
        """The running server.

        Raises:
            RuntimeError: outside of `with`.
        """
        if self._server is None:
            raise RuntimeError("the replica runs inside of `with Replica() as replica:` only")
        return self._server

    @property
    def port(self) -> int:
        """The proxy's port on 127.0.0.1."""
        return int(self.server.server_address[1])

    @property
    def proxy_url(self) -> str:
        """`http://127.0.0.1:PORT`"""
        return f"http://127.0.0.1:{self.port}"

    @property
    def ca_file(self) -> str:
        """The throw-away authority's certificate (PEM), for clients that verify."""
        return os.fspath(self._authority.ca_file)

    @property
    def log(self) -> list[Request]:
        """Every request since the start or the last `clear_log`, tunnels (CONNECT) included."""
        return list(self.server.log)

    def clear_log(self) -> None:
        """Starts the log anew."""
        self.server.log.clear()

    def environment(self) -> dict[str, str]:
        """The variables by which any program takes this proxy; this machine itself is not proxied."""
        return {
            "http_proxy": self.proxy_url,
            "https_proxy": self.proxy_url,
            "no_proxy": "localhost,127.0.0.1",
        }

    def truth(self) -> dict[Key, dict[str, Any]]:
        """(organization, year) -> what the report says now, for all that a polite crawl finds.

        Each holds the contract's `organization`, `year`, `title`, `published`, `period`, `editions` and
        three tables, and: `host`, `department` (the site's own number), `form` (`html`, `pdf` or `html+pdf`),
        `listed` (the address that the list gives), `url` (where that ends), `attachments` (addresses),
        `findings` (codes that a right reading of the documents reports), `findings_across_years` (the same,
        for who knows last year's report too); a district's also `also` (where a parent portal has it again).
        """
        return {key: entry for site in self._sites for key, entry in site.truth().items()}

    def absent(self) -> dict[Key, str]:
        """(organization, year) -> why a crawl must not have it: `missing`, `soft-404` or `robots`."""
        return {key: reason for site in self._sites for key, reason in site.absent().items()}

    def correct(self) -> list[Correction]:
        """Corrects one report of each site in place; a second call changes nothing and returns nothing."""
        return [done for site in self._sites if (done := site.correct()) is not None]

    def warm(self) -> None:
        """Makes every report now instead of at its first request: benchmarks measure the serving only."""
        for entry in self.truth().values():
            for url in (entry["url"], *entry["attachments"]):
                parts = urlsplit(url)
                query = f"?{parts.query}" if parts.query else ""
                self.server.page(parts.hostname or "", parts.path + query)

    def fail(self, path: str, mode: str, *, times: int | None = None, host: str = "*") -> None:
        """Requests for `path` (`*` matches anything) go wrong from now on, or `times` times.

        Modes: any status (`"500"`), or a name in `tests.replica.failures.MODES`.

        Raises:
            ValueError: there is no such mode.
        """
        self._failures.add(path, mode, times, host)

    def heal(self) -> None:
        """Undoes every `fail`."""
        self._failures.clear()
