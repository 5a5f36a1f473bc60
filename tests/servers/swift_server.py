"""A real S3 server for tests: OpenStack Swift with s3api, started from its own virtual environment.

Swift verifies signatures, Content-MD5 and checksums, and fsyncs before it answers, so what it says
counts. It listens on free ports of the loopback, plain and with TLS, and dies with this process.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.replica.certificates import Authority
from tests.servers.s3_server import S3Server

PYTHON = Path(__file__).resolve().parents[2] / ".venv-swift" / "bin" / "python"
PROCESS = Path(__file__).with_name("swift_process.py")


def missing(folder: Path) -> str | None:
    """Why Swift cannot run with its data in `folder`; None if it can."""
    if not PYTHON.exists():
        return "no Swift server: run ./setup.sh swift"
    if not hasattr(os, "setxattr"):
        return f"no Swift server: {sys.platform} lacks Linux's extended attributes"
    try:
        os.setxattr(folder, "user.probe", b"")
    except OSError as error:
        return f"no Swift server: {folder} has no extended attributes ({error.strerror}): set TMPDIR"
    return None


class Swift(S3Server):
    """A server that runs from `start` to `stop`. Its files and its log are in `folder`."""

    access_key = "test:tester"
    secret_key = "testing"

    def start(self) -> Swift:
        """Start it and wait until it is ready; raises RuntimeError with the end of its log.

        After `stop` it starts again with what it had, on other ports.
        """
        first = not self.certificate.exists()
        if first:
            Authority(self.folder).context("localhost")
        certificate = self.certificate
        self._run(
            [PYTHON, "-W", "ignore", PROCESS, self.folder / "data", certificate, certificate], "swift.log"
        )
        if first:
            self._make_bucket()
        return self

    def stop(self) -> None:
        """End it, at once: what it acknowledged is durable."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
