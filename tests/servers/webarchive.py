"""The tools that judge exports: py-wacz and bagit-python validate, pywb replays, Chromium looks.

They live in a virtual environment of their own, for pywb holds to old packages.
"""

from __future__ import annotations

import base64
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

BIN = Path(__file__).resolve().parents[2] / ".venv-webarchive" / "bin"
BROWSER = shutil.which("chromium")


def tool(name: str, *arguments: str | Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """What a tool of the environment said; skips where it is not installed."""
    if not (BIN.parent / ".ready").exists():
        pytest.skip(f"no {name}: run ./setup.sh webarchive")
    words = [str(BIN / name), *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, cwd=folder, timeout=120)


class Replay:
    """pywb as a proxy in front of a WACZ file: the browser asks for the addresses of the live site."""

    def __init__(self, folder: Path, wacz: Path) -> None:
        """Unpacks the file into a collection in `folder`, with the index that the file brings."""
        for words in (("init", "site"), ("add", "--unpack-wacz", "site", wacz)):
            done = tool("wb-manager", *words, folder=folder)
            assert done.returncode == 0, done.stderr
        self.folder = folder
        self.port = _free_port()

    def __enter__(self) -> Replay:
        words: list[str | Path] = [
            BIN / "wayback",
            "--bind",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--proxy",
            "site",
        ]
        log = self.folder / "pywb.log"
        with log.open("wb") as output:
            self._process = subprocess.Popen(words, cwd=self.folder, stdout=output, stderr=output)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return self
        self.__exit__()
        raise RuntimeError(log.read_text(errors="replace")[-2000:])

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def look(self, address: str) -> str:
        """The document that Chromium shows at an address, as HTML, its scripts run."""
        if BROWSER is None:
            pytest.skip("no chromium: run ./setup.sh system")
        profile = self.folder / f"profile-{time.monotonic_ns()}"
        words = [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}"]
        words += [f"--proxy-server=http://127.0.0.1:{self.port}", "--ignore-certificate-errors"]
        words += ["--disable-background-networking", "--disable-web-security"]
        words += ["--virtual-time-budget=20000", "--dump-dom", address]
        done = subprocess.run(words, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def fetch(self, address: str) -> tuple[int, bytes]:
        """Status and body as a script in Chromium gets them, wherever redirects lead."""
        page = self.folder / "fetch.html"
        page.write_text(_FETCHING.replace("ADDRESS", address), encoding="utf-8")
        found = re.search(r"<pre>(\d+) ([^<]*)</pre>", self.look(page.as_uri()))
        assert found, address
        return int(found[1]), base64.b64decode(found[2])


_FETCHING = """<!DOCTYPE html><meta charset="utf-8"><pre></pre><script>
fetch("ADDRESS").then(async answer => {
  const bytes = new Uint8Array(await answer.arrayBuffer());
  let text = ""; for (const byte of bytes) text += String.fromCharCode(byte);
  document.querySelector("pre").textContent = answer.status + " " + btoa(text);
});
</script>"""


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port
