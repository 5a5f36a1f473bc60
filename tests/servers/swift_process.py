"""One process that is a whole OpenStack Swift with s3api: proxy, account, container and object server.

Run by `swift_server.py` with the Python of `.venv-swift`: ``swift_process.py FOLDER CERTIFICATE KEY``.
The four servers are Swift's own, unchanged, each behind a socket of its own; only their listening
sockets are made here, first and on free ports, so that the rings can name them. Prints the ports as
JSON when ready.
"""
# Swift is not installed where the types are checked.
# mypy: disable-error-code="import-not-found,import-untyped"

from __future__ import annotations

import copy
import json
import logging
import socket
import sys
from pathlib import Path
from typing import Any

import eventlet
import eventlet.hubs
import eventlet.wsgi
from swift.common import ring, storage_policy, utils, wsgi

STORAGE = ("account", "container", "object")
CONFS = (*STORAGE, "proxy")
SWIFT_CONF = """
[swift-hash]
swift_hash_path_prefix = prefix
swift_hash_path_suffix = suffix
[storage-policy:0]
name = gold
default = yes
[swift-constraints]
max_header_size = 16384
"""
STORAGE_CONF = """
[DEFAULT]
swift_dir = {folder}
devices = {folder}/srv
mount_check = false
disable_fallocate = true
recon_cache_path = {folder}/cache
log_name = {name}
log_custom_handlers = swift_process.log_to_stderr
[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
"""
PROXY_CONF = """
[DEFAULT]
swift_dir = {folder}
log_name = proxy
log_custom_handlers = swift_process.log_to_stderr
[pipeline:main]
pipeline = catch_errors gatekeeper listing_formats bulk s3api tempauth
    slo dlo versioned_writes symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
dns_compliant_bucket_names = true
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
user_test_reader = reading
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_object_versioning = true
""" + "".join(
    f"[filter:{name}]\nuse = egg:swift#{name}\n"
    for name in ("catch_errors", "gatekeeper", "listing_formats", "bulk", "slo", "dlo", "symlink")
)


class Memory:
    """What Swift wants of memcached: where it remembers for a minute that an account and a bucket exist."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}

    def get(self, key: str, **_: Any) -> Any:
        return copy.deepcopy(self._values.get(key))

    def set(self, key: str, value: Any, **_: Any) -> None:
        self._values[key] = copy.deepcopy(value)

    def delete(self, key: str, **_: Any) -> None:
        self._values.pop(key, None)


def main(folder: Path, certificate: str = "", key: str = "") -> None:
    """Serve until standard input ends."""
    eventlet.hubs.use_hub(utils.get_hub())
    utils.monkey_patch()
    sockets = {name: listen() for name in CONFS}
    ports = {name: sockets[name].getsockname()[1] for name in sockets}
    write_configuration(folder, ports)
    utils.set_swift_dir(str(folder))
    storage_policy.reload_storage_policies()
    if certificate:
        sockets["tls"] = listen()
        ports["tls"] = sockets["tls"].getsockname()[1]
        sockets["tls"] = eventlet.wrap_ssl(
            sockets["tls"], certfile=certificate, keyfile=key, server_side=True
        )
    apps = {
        name: wsgi.loadapp(str(folder / f"{name}.conf"), global_conf={"log_name": name}) for name in CONFS
    }
    memory = Memory()

    def proxy(environ: dict[str, Any], start_response: Any) -> Any:
        environ["swift.cache"] = memory
        return apps["proxy"](environ, start_response)

    for name, listening in sockets.items():
        eventlet.spawn(serve, apps[name] if name in STORAGE else proxy, listening)
    print(json.dumps({"plain": ports["proxy"], "tls": ports.get("tls")}), flush=True)
    eventlet.hubs.trampoline(sys.stdin.fileno(), read=True)  # its end: whoever started this process is gone


def log_to_stderr(
    conf: object, name: object, console: object, route: object, fmt: str, logger: Any, _: object
) -> None:
    """What Swift calls for each of its loggers: warnings go to the log that `swift_server.py` keeps."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    logger.addHandler(handler)


def listen() -> Any:
    """A socket on a free port of the loopback, without the 40 ms that Nagle and delayed ACKs cost."""
    listening = eventlet.listen(("127.0.0.1", 0))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def write_configuration(folder: Path, ports: dict[str, int]) -> None:
    """swift.conf, a configuration for each server, and rings of one device."""
    for name in ("srv/d1", "cache"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "swift.conf").write_text(SWIFT_CONF)
    (folder / "proxy.conf").write_text(PROXY_CONF.format(folder=folder))
    for name in STORAGE:
        (folder / f"{name}.conf").write_text(STORAGE_CONF.format(folder=folder, name=name))
        builder = ring.RingBuilder(4, 1, 1)
        device = {"id": 0, "region": 1, "zone": 1, "weight": 1.0, "device": "d1"}
        builder.add_dev(device | {"ip": "127.0.0.1", "port": ports[name]})
        builder.rebalance()
        builder.get_ring().save(str(folder / f"{name}.ring.gz"))


def serve(app: object, listening: object) -> None:
    """As Swift's own `run_server` does, which takes the event loop for itself and serves one socket only."""
    eventlet.wsgi.server(
        listening,
        app,
        utils.NullLogger(),
        protocol=wsgi.SwiftHttpProtocol,
        capitalize_response_headers=False,  # clients of S3 want "ETag", not "Etag"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), *sys.argv[2:4])
