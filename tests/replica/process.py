"""`ReplicaProcess`: the replica in a process of its own, steered through `http://replica.invalid/`.

For benchmarks, where the server must not share an interpreter with what is measured. Tests use `Replica`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from tests.replica.site import Key

_ROOT = Path(__file__).resolve().parents[2]


class ReplicaProcess:
    """Starts `python -m tests.replica` on entering and ends it on leaving; its options are the same."""

    def __init__(self, *, seed: int = 1, port: int = 0, districts: bool = False, small: int = 0) -> None:
        self._command = [sys.executable, "-m", "tests.replica", "--seed", str(seed), "--port", str(port)]
        self._command += ["--small", str(small), *(["--districts"] if districts else [])]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=_ROOT
        )
        assert self._process.stdout is not None
        told = json.loads(self._process.stdout.readline())
        self.proxy_url: str = told["proxy"]
        self.ca_file: str = told["ca_file"]
        self._environment: dict[str, str] = told["environment"]
        proxies = urllib.request.ProxyHandler({"http": self.proxy_url})
        self._opener = urllib.request.build_opener(proxies)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def environment(self) -> dict[str, str]:
        """The variables by which any program takes this proxy."""
        return dict(self._environment)

    def truth(self) -> dict[Key, dict[str, Any]]:
        """As `Replica.truth`."""
        return {(entry["organization"], entry["year"]): entry for entry in self._ask("truth")}

    def correct(self) -> list[dict[str, Any]]:
        """As `Replica.correct`, as JSON values."""
        corrected: list[dict[str, Any]] = self._ask("correct")
        return corrected

    def warm(self) -> None:
        """As `Replica.warm`."""
        self._ask("warm")

    def fail(self, path: str, mode: str) -> None:
        """As `Replica.fail`."""
        self._ask("fail?" + urlencode({"path": path, "mode": mode}))

    def log(self) -> list[dict[str, Any]]:
        """As `Replica.log`, as JSON values."""
        log: list[dict[str, Any]] = self._ask("log")
        return log

    def _ask(self, path: str) -> Any:
        with self._opener.open(f"http://replica.invalid/{path}", timeout=60) as answer:
            return json.load(answer)
