"""An S3 server in memory that is honest until it is told to lie, one lie at a time.

It plays the stores that a check has to refuse; what each lie is says `LIES`. It looks at no signature,
and knows only the operations that the project uses.
"""

from __future__ import annotations

import base64
import hashlib
import threading
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

LIES = {
    "drops": "acknowledges every seventh object and does not keep it",
    "garbles": "flips a bit of what is larger than 50,000 bytes",
    "truncates": "keeps the first 65,536 bytes",
    "unchecked": "looks neither at Content-MD5 nor at SHA-256",
    "keeps-refused": "refuses wrong checksums and keeps the bytes",
    "lists-late": "lists an object only three seconds after it was put",
    "skips": "leaves out a key where a page of a listing ends",
    "plus": "takes a + in a key for a blank",
    "stale": "hands out the bytes before the last replacement",
    "torn": "writes in place, in two steps",
    "ranges": "hands out parts that begin one byte too late",
    "parts": "loses the last part of an object that was sent in parts",
    "lock": "claims object lock and deletes what is locked",
}
"""What the server does under each name."""


class LyingS3:
    """Starts on entering. `lie` is one of `LIES`, or "" for an honest server."""

    def __init__(self, lie: str = "") -> None:
        assert not lie or lie in LIES
        self.lie = lie
        self.lock = threading.Lock()
        self.objects: dict[str, bytes] = {}
        self.before: dict[str, bytes] = {}
        self.put_at: dict[str, float] = {}
        self.uploads: dict[str, dict[int, bytes]] = {}
        self.puts = 0
        self.attributes: dict[str, dict[str, str]] = {}
        """Of each object: encryption, storage class and lock as they were asked for."""
        self.knows: tuple[str, ...] = ("server-side-encryption", "storage-class", "object-lock")
        """Which of these it keeps; the others it passes over in silence."""
        self.lacks: set[str] = set()
        """What it owns up to not knowing: "sha256", "conditions", "parts"; "condition" it passes over."""
        self.unlisted: set[str] = set()
        """Keys of objects that are handed out and in no listing until they are put again."""

    def __enter__(self) -> Self:
        self._server = _Server(self)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def environment(self) -> dict[str, str]:
        """The variables by which an AWS client finds it."""
        return {
            "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{self._server.server_address[1]}",
            "AWS_ACCESS_KEY_ID": "anybody",
            "AWS_SECRET_ACCESS_KEY": "anything",
            "AWS_REGION": "us-east-1",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "no_proxy": "127.0.0.1",
        }

    def keep(self, key: str, data: bytes) -> None:
        """Stores an object, as far as the lie allows."""
        self.puts += 1
        if self.lie == "drops" and self.puts % 7 == 0:
            return
        if self.lie == "garbles" and len(data) > 50_000:
            data = data[:40_000] + bytes([data[40_000] ^ 1]) + data[40_001:]
        if self.lie == "truncates":
            data = data[:65_536]
        with self.lock:
            self.before[key] = self.objects.get(key, data)
            self.put_at.setdefault(key, time.monotonic())
            self.unlisted.discard(key)
            if self.lie != "torn":
                self.objects[key] = data
                return
            self.objects[key] = data[: len(data) // 2] + self.before[key][len(data) // 2 :]
        time.sleep(0.02)
        with self.lock:
            self.objects[key] = data


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, store: LyingS3) -> None:
        self.store = store
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _take(self) -> tuple[LyingS3, str, dict[str, str], bytes]:
        parts = urlsplit(self.path)
        store = self.server.store
        key = unquote(parts.path).lstrip("/").partition("/")[2]
        if store.lie == "plus":
            key = key.replace("+", " ")
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        return store, key, query, self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def do_PUT(self) -> None:
        store, key, query, data = self._take()
        honest = self._md5_holds(data) and self._sha256_holds(data)
        if not honest and store.lie != "unchecked":
            if store.lie == "keeps-refused":
                store.keep(key, data)
            self._refuse(400, "BadDigest")
        elif self._unknown(store):
            self._refuse(501, "NotImplemented")
        elif "uploadId" in query:
            store.uploads[query["uploadId"]][int(query["partNumber"])] = data
            self._answer(headers={"ETag": '"part"'})
        elif self._conditional(store) and not self._first(store, key, data):
            self._refuse(412, "PreconditionFailed")
        else:
            named = tuple(f"x-amz-{name}" for name in store.knows)
            asked = {name: value for name, value in self.headers.items() if name.lower().startswith(named)}
            store.attributes[key] = asked
            store.keep(key, data)
            self._answer(headers={"ETag": '"x"', "x-amz-version-id": "1"})

    def _unknown(self, store: LyingS3) -> bool:
        told = {"sha256": "x-amz-checksum-sha256", "conditions": "If-None-Match"}
        return any(name in store.lacks and header in self.headers for name, header in told.items())

    def _conditional(self, store: LyingS3) -> bool:
        return self.headers.get("If-None-Match") == "*" and "condition" not in store.lacks

    def _first(self, store: LyingS3, key: str, data: bytes) -> bool:
        with store.lock:
            return store.objects.setdefault(key, data) is data

    def do_POST(self) -> None:
        store, key, query, _ = self._take()
        if "parts" in store.lacks:
            self._refuse(501, "NotImplemented")
            return
        if "uploads" in query:
            upload = f"upload-{len(store.uploads)}"
            store.uploads[upload] = {}
            self._answer(
                f"<InitiateMultipartUploadResult><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>"
            )
            return
        parts = [data for _, data in sorted(store.uploads.pop(query["uploadId"]).items())]
        store.keep(key, b"".join(parts[:-1] if store.lie == "parts" else parts))
        self._answer("<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>")

    def do_DELETE(self) -> None:
        store, key, _, _ = self._take()
        with store.lock:
            for kept in (store.objects, store.before, store.put_at, store.attributes):
                kept.pop(key, None)
        self._answer(status=204)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        store, key, query, _ = self._take()
        if "object-lock" in query:
            self._lock(store)
        elif not key:
            self._list(store, query)
        elif key not in store.objects:
            self._refuse(404, "NoSuchKey")
        else:
            with store.lock:
                data = (store.before if store.lie == "stale" else store.objects)[key]
            if wanted := self.headers.get("Range"):
                first, last = (int(number) for number in wanted.removeprefix("bytes=").split("-"))
                late = store.lie == "ranges"
                self._answer(data[first + late : last + 1 + late], status=206, headers=_tag(data))
            else:
                self._answer(data, headers=_tag(data) | store.attributes.get(key, {}))

    def _list(self, store: LyingS3, query: dict[str, str]) -> None:
        prefix, after = query.get("prefix", ""), query.get("continuation-token", "")
        with store.lock:
            oldest = time.monotonic() - (3 if store.lie == "lists-late" else 0)
            keys = sorted(
                key
                for key in store.objects
                if key.startswith(prefix)
                and key > after
                and store.put_at.get(key, 0) <= oldest
                and key not in store.unlisted
            )
        size = int(query.get("max-keys", 1000))
        page, rest = keys[:size], keys[size:]
        token = (rest if store.lie == "skips" else page)[0 if store.lie == "skips" else -1] if rest else ""
        contents = "".join(f"<Contents><Key>{escape(key)}</Key></Contents>" for key in page)
        more = f"<NextContinuationToken>{escape(token)}</NextContinuationToken>" if rest else ""
        self._answer(
            f"<ListBucketResult><IsTruncated>{str(bool(rest)).lower()}</IsTruncated>{contents}{more}"
            "</ListBucketResult>"
        )

    def _lock(self, store: LyingS3) -> None:
        if store.lie == "lock":
            self._answer(
                "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>"
            )
        else:
            self._refuse(404, "ObjectLockConfigurationNotFoundError")

    def _md5_holds(self, data: bytes) -> bool:
        sent = self.headers.get("Content-MD5")
        return sent in (None, base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode())

    def _sha256_holds(self, data: bytes) -> bool:
        sent = self.headers.get("x-amz-checksum-sha256")
        return sent in (None, base64.b64encode(hashlib.sha256(data).digest()).decode())

    def _refuse(self, status: int, code: str) -> None:
        self._answer(f"<Error><Code>{code}</Code></Error>", status=status)

    def _answer(
        self, body: bytes | str = b"", *, status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.send_response_only(status)
        self.send_header("Date", formatdate(usegmt=True))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Silence."""


def _tag(data: bytes) -> dict[str, str]:
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return {"ETag": f'"{md5}"', "Last-Modified": formatdate(0, usegmt=True)}
