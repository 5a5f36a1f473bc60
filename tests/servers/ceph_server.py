"""A second real S3 server for tests: Ceph with its gateway, from Debian's packages.

It verifies signatures and Content-MD5 and no other checksum, honours conditions and locks, and over TLS
refuses boto3's default way of sending a checksum: where Swift and Ceph differ, the store must suit both.
It listens on free ports of the loopback, plain and with TLS, and dies with this process.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.replica.certificates import Authority
from tests.servers.ceph_process import PROGRAMS
from tests.servers.s3_server import S3Server

PROCESS = Path(__file__).with_name("ceph_process.py")


def missing() -> str | None:
    """Why Ceph cannot run here; None if it can."""
    lacking = [program for program in (*PROGRAMS, "setpriv") if not shutil.which(program)]
    if lacking:
        return (
            f"no Ceph server: {', '.join(lacking)} missing; run ./setup.sh system as root "
            "(Debian's radosgw, ceph-mon and ceph-osd)"
        )
    return None


class Ceph(S3Server):
    """A server that runs from `start` to `stop`. Its files and its log are in `folder`.

    `kind` says where it keeps objects: "memstore", in memory, or "bluestore", on disk as in earnest.
    """

    access_key = "GONGKAITESTS"
    secret_key = "only-for-these-tests"

    def __init__(self, folder: Path, kind: str = "memstore") -> None:
        super().__init__(folder)
        self._kind = kind

    def start(self) -> Ceph:
        """Start it and wait until it is ready; raises RuntimeError with the end of its log."""
        Authority(self.folder).context("localhost")
        words = (self.certificate, self.access_key, self.secret_key, self._kind)
        self._run([sys.executable, PROCESS, self.folder / "data", *words], "ceph.log")
        self._make_bucket()
        return self

    def stop(self) -> None:
        """End it, and wait until its daemons are gone."""
        if self._process is not None:
            self._process.communicate()
