"""`gongkai demo` goes the whole way by itself, and never to a real site."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler import demo
from crawler.cli import main
from crawler.errors import DemoUnavailable
from crawler.exits import Exit
from tests.cli.made import archive, report

ROOT = Path(__file__).parents[2]


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "crawler.cli", *words],
        cwd=folder,
        env=os.environ | {"GONGKAI_STATE": str(folder / "state"), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_the_demo_shows_what_it_found_and_the_second_time_that_nothing_changed(tmp_path: Path) -> None:
    first = run(tmp_path, "demo")
    assert first.returncode == 0, first.stderr
    assert "Traceback" not in first.stderr
    assert "reports: 0 new" not in first.stderr
    for shown in ("虚构", "✗", "Findings", "表三", "Next, type", "gongkai parse --table report.pdf", "s3://"):
        assert shown in first.stdout
    (said,) = (line for line in first.stderr.splitlines() if line.endswith("0 changed, 0 unchanged"))
    count = said.split()[1]
    second = run(tmp_path, "demo")
    assert second.returncode == 0
    assert f"{count} reports: 0 new, 0 changed, {count} unchanged" in second.stderr
    assert second.stdout == first.stdout
    listed = run(tmp_path, "show", "bjxch", "2024")
    assert listed.returncode == 0
    assert "虚构" in listed.stdout


def test_outside_a_checkout_the_demo_says_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "CHECKOUT", tmp_path)
    result = CliRunner().invoke(main, ["demo", "--archive", str(tmp_path / "archive")])
    assert result.exit_code == Exit.USAGE
    assert "part of the source checkout" in result.stderr
    assert not (tmp_path / "archive").exists()


def test_invented_reports_are_never_put_beside_real_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGKAI_STATE", str(tmp_path / "state"))
    url = archive(tmp_path, report("北京市西城区教育委员会"))
    result = CliRunner().invoke(main, ["demo", "--archive", url])
    assert result.exit_code == Exit.USAGE
    assert "holds reports of bjxch that are not the demo's (北京市西城区教育委员会)" in result.stderr


@pytest.fixture
def stranger() -> Iterator[str]:
    """A server on this machine that is not the replica."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_answers_must_be_the_replica(stranger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(DemoUnavailable, match="is not the replica; nothing was crawled"):
        demo._make_sure({"http_proxy": stranger, "https_proxy": stranger})


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"http_proxy": "http://proxy.example:3128", "https_proxy": "http://127.0.0.1:1"},
        {"http_proxy": "http://127.0.0.1.example:3128"},
    ],
)
def test_a_proxy_elsewhere_is_refused_unasked(told: dict[str, str]) -> None:
    with pytest.raises(DemoUnavailable, match="not an address of this machine"):
        demo._make_sure(told)


def test_a_replica_that_is_gone_is_said() -> None:
    with pytest.raises(DemoUnavailable, match="does not answer"):
        demo._make_sure({"http_proxy": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1"})


def test_the_crawl_knows_no_other_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://elsewhere:1")
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("HTTPS_PROXY", "http://elsewhere:1")
    told = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    environment = demo._environment(told)
    assert {name: v for name, v in environment.items() if "proxy" in name.lower()} == told


def test_no_configuration_leads_past_the_replica(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file's `[proxy]` may name hosts that are asked without one, as a whole country's."""
    file = tmp_path / "gongkai.toml"
    file.write_text('[proxy]\nnone = [".gov.cn"]\n', encoding="utf-8")
    monkeypatch.setenv("GONGKAI_CONFIG", str(file))
    told = {"http_proxy": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1"}
    code = "import os; from crawler import config; config.load(); print(os.environ.get('no_proxy'))"
    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=demo._environment(told),
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "None\n"
