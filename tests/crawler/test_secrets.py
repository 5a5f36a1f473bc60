"""No secret of the operator's is in any object, log, spool or ledger, however much is logged."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest

from crawler.exits import Exit
from storage.store import open_store
from tests.crawler.crawling import ROOT, Crawl
from tests.replica import Replica
from tests.servers.swift_server import Swift

KEY, SECRET, TOKEN = "test:tester", "testing", "session-token-nobody-may-see"
PROXY, COOKIE, LOGIN = "proxy-password-nobody-may-see", "cookie-nobody-may-see", "login-nobody-may-see"
HEADERS = f'{{"Cookie": "id={COOKIE}", "Authorization": "Basic {LOGIN}", "Proxy-Authorization": "{LOGIN}"}}'
TRACES = [
    *(word.encode() for word in (TOKEN, PROXY, COOKIE, LOGIN)),
    base64.b64encode(f"user:{PROXY}".encode()),
    b"Signature=",
    f"Credential={KEY}".encode(),
]


@pytest.mark.parametrize("verb", ["gongkai", "scrapy"])
def test_a_crawl_tells_nobody(
    replica: Replica,
    swift: Swift,
    s3_archive_url: str,
    tmp_path: Path,
    verb: str,
) -> None:
    """Killed in the middle and crawled again, everything logged, through a proxy that wants a password."""
    crawl = Crawl(replica, tmp_path, s3_archive_url)
    proxy = f"http://user:{PROXY}@127.0.0.1:{replica.port}"
    crawl.environment |= {"AWS_SESSION_TOKEN": TOKEN, "http_proxy": proxy, "https_proxy": proxy}
    loud = ("-s", "LOG_LEVEL=DEBUG", "-s", f"DEFAULT_REQUEST_HEADERS={HEADERS}")
    started = crawl.start(*loud, verb=verb)
    until = monotonic() + 60
    while not list((tmp_path / "state").rglob("*.part")) and monotonic() < until:
        sleep(0.05)
    started.kill()
    started.wait()
    left = files(tmp_path / "state")
    assert any(path.endswith(".part") for path in left)
    done = crawl.run(*loud, "-s", "CLOSESPIDER_ITEMCOUNT=5", verb=verb)
    assert done.code in (Exit.OK, Exit.INCOMPLETE)
    assert "DEBUG" in done.err or "Crawled (200)" in done.err
    kept = open_store(s3_archive_url)
    objects = {key: kept.get(key) for key in kept.list()}
    assert any(key.startswith("captures/") for key in objects)
    left |= files(tmp_path / "state")
    for where, data in {"the log": done.err.encode(), **objects, **left}.items():
        assert [trace for trace in TRACES if trace in data] == [], where


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        (f"s3://{KEY}:{TOKEN}@bucket/x", ""),
        (f"https://user:{TOKEN}@host/x", ""),
        ("s3://bucket/x", f"http//user:{TOKEN}@host"),
        ("s3://bucket/x", f"http://user:{TOKEN}@127.0.0.1:1"),
        ("s3://bucket/x", f"http://user:{TOKEN}@127.0.0.1:port"),
    ],
)
def test_an_address_with_a_password_is_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, endpoint: str
) -> None:
    words = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1"}
    for name, value in (words | {"GONGKAI_STATE": str(tmp_path), "AWS_ENDPOINT_URL_S3": endpoint}).items():
        monkeypatch.setenv(name, value)
    if not endpoint:
        monkeypatch.delenv("AWS_ENDPOINT_URL_S3")
    for arguments in (["show", "bjxch", "2024", "--archive", url], ["copy", url, str(tmp_path / "copy")]):
        done = subprocess.run(
            [sys.executable, "-c", "from crawler.cli import main; main()", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode in (Exit.ARCHIVE, Exit.USAGE)
        assert done.stderr.startswith("gongkai: ")
        assert TOKEN not in done.stderr + done.stdout
