"""One process that runs a whole Ceph with its S3 gateway: a monitor, one storage daemon, radosgw.

Run by `ceph_server.py`: ``ceph_process.py FOLDER CERTIFICATE ACCESS_KEY SECRET_KEY KIND``. The three daemons
are Debian's own (16.2), unchanged, on free ports of the loopback, with their data in FOLDER. KIND is where
Ceph keeps objects: "memstore", in memory and quick to start, or "bluestore", on disk as in earnest. Prints
the gateway's ports as JSON when it is ready, serves until standard input ends, and takes the daemons along
however it dies.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

PROGRAMS = ("radosgw", "radosgw-admin", "ceph-mon", "ceph-osd", "ceph", "ceph-authtool", "monmaptool")
PATIENCE = 60
"""Seconds after which a daemon that is not ready is given up."""
CONFIGURATION = """
[global]
fsid = {fsid}
mon initial members = a
mon host = v1:127.0.0.1:{monitor}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
auth cluster required = none
auth service required = none
auth client required = none
mon allow pool size one = true
mon warn on pool no redundancy = false
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
run dir = {folder}
admin socket = {folder}/$name.asok
log file = {folder}/$name.log
pid file = {folder}/$name.pid
keyring = {folder}/keyring
[mon]
mon data = {folder}/mon
mon data avail crit = 1
mon data avail warn = 2
paxos propose interval = 0.05
paxos min wait = 0.01
[osd]
osd data = {folder}/osd
osd objectstore = {kind}
osd crush update on start = false
bluestore block size = 10737418240
bluestore block create = true
bluestore cache autotune = false
bluestore cache size = 67108864
[client.rgw.a]
rgw data = {folder}/gateway
rgw dns name = localhost
rgw thread pool size = 32
rgw frontends = beast endpoint=127.0.0.1:{plain} ssl_endpoint=127.0.0.1:{tls} ssl_certificate={certificate}
"""
KEYS = (("mon.", ("mon",)), ("client.admin", ("mon", "osd", "mgr")))
"""Who has rights, and on what; Ceph wants it written down though it asks nobody who he is."""


class Refused(Exception):
    """Raised when one of Ceph's programs fails."""


class Ceph:
    """The three daemons."""

    def __init__(self, folder: Path, certificate: str, kind: str) -> None:
        self._folder = folder
        self._configuration = ("-c", str(folder / "ceph.conf"))
        self._fsid = str(uuid.uuid4())
        self._daemons: list[subprocess.Popen[bytes]] = []
        self.ports = dict(zip(("monitor", "plain", "tls"), free_ports(3), strict=True))
        for name in ("mon", "osd", "gateway"):
            (folder / name).mkdir(parents=True)
        values = {
            "folder": folder,
            "fsid": self._fsid,
            "certificate": certificate,
            "kind": kind,
            **self.ports,
        }
        (folder / "ceph.conf").write_text(CONFIGURATION.format(**values))

    def start(self, access_key: str, secret_key: str) -> None:
        """Return when the gateway listens and knows its user."""
        self._start_monitor()
        self._start_storage()
        keys = (f"--access-key={access_key}", f"--secret-key={secret_key}")
        self._insist("radosgw-admin", "user", "create", "--uid=tests", "--display-name=tests", *keys)
        self._serve(lambda: listens(self.ports["tls"]), "radosgw", "-n", "client.rgw.a")

    def stop(self) -> None:
        """End it at once."""
        for daemon in self._daemons:
            daemon.kill()
        for daemon in self._daemons:
            daemon.wait()

    def _start_monitor(self) -> None:
        keyring, map_of_monitors = self._folder / "keyring", self._folder / "monmap"
        for number, (name, rights) in enumerate(KEYS):
            caps = [word for right in rights for word in ("--cap", right, "allow *")]
            create = () if number else ("--create-keyring",)
            self._run("ceph-authtool", str(keyring), *create, "--gen-key", "-n", name, *caps)
        at = f"[v1:127.0.0.1:{self.ports['monitor']}]"
        self._run("monmaptool", "--create", "--addv", "a", at, "--fsid", self._fsid, str(map_of_monitors))
        self._run(
            "ceph-mon", *self._configuration, "--mkfs", "-i", "a",
            "--monmap", str(map_of_monitors), "--keyring", str(keyring),
        )  # fmt: skip
        self._serve(lambda: listens(self.ports["monitor"]), "ceph-mon", "-i", "a")

    def _start_storage(self) -> None:
        osd = str(uuid.uuid4())
        self._insist("ceph", "osd", "new", osd)
        self._run("ceph-osd", *self._configuration, "-i", "0", "--mkfs", "--osd-uuid", osd)
        self._insist("ceph", "osd", "crush", "add", "osd.0", "1.0", "root=default")
        self._serve(lambda: "1 up" in self._insist("ceph", "osd", "stat"), "ceph-osd", "-i", "0")

    def _serve(self, ready: Callable[[], bool], program: str, *words: str) -> None:
        """Start a daemon and wait until it is ready; one that ends is started again."""
        end = time.monotonic() + PATIENCE
        daemon = self._daemon(program, *words)
        while not ready():
            if time.monotonic() > end:
                raise SystemExit(f"gave up waiting for {program}")
            if daemon.poll() is not None:
                daemon = self._daemon(program, *words)
            time.sleep(0.1)

    def _daemon(self, program: str, *words: str) -> subprocess.Popen[bytes]:
        # It dies with this process, whatever kills this one.
        command = ("setpriv", "--pdeathsig", "KILL", program, "-f", *self._configuration, *words)
        daemon = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sys.stderr)
        self._daemons.append(daemon)
        return daemon

    def _insist(self, program: str, *words: str) -> str:
        """Ask the monitor for something; on a busy machine a young one refuses now and then (EPERM)."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return self._run(program, *self._configuration, *words)
            except Refused as error:
                if time.monotonic() > end:
                    raise SystemExit(str(error)) from error
                time.sleep(0.3)

    def _run(self, *command: str) -> str:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
        if done.returncode:
            raise Refused(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
        return done.stdout


def listens(port: int) -> bool:
    """Whether somebody takes connections there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def free_ports(number: int) -> list[int]:
    """Ports that nobody uses just now; Ceph cannot choose its own."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [listening.getsockname()[1] for listening in sockets]
    for listening in sockets:
        listening.close()
    return ports


def main(folder: Path, certificate: str, access_key: str, secret_key: str, kind: str) -> None:
    """Serve until standard input ends."""
    ceph = Ceph(folder, certificate, kind)
    try:
        ceph.start(access_key, secret_key)
        print(json.dumps(ceph.ports), flush=True)
        sys.stdin.buffer.read()  # its end: whoever started this process is gone
    finally:
        ceph.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), *sys.argv[2:6])
