"""`--log json`: every line on stderr is an object, whoever wrote it, and none holds a secret."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.exits import Exit
from crawler.redaction import masked, redact
from tests.crawler.crawling import Crawl
from tests.replica import Replica

pytestmark = pytest.mark.usefixtures("elsewhere")

ROOT = Path(__file__).parents[2]
SECRET = "hush-nobody-may-see"


def lines(text: str) -> list[dict[str, Any]]:
    """Each line as the object that it is."""
    found: list[dict[str, Any]] = [json.loads(line) for line in text.splitlines()]
    for one in found:
        assert {"time", "level", "logger", "message"} <= set(one)
        assert datetime.fromisoformat(one["time"]).utcoffset() is not None
        assert one["level"] in logging.getLevelNamesMapping()
    return found


def run(code: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`gongkai` in a process of its own, after `code`."""
    return subprocess.run(
        [sys.executable, "-c", f"{code}\nfrom crawler.cli import main; main({list(words)!r})"],
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("verb", ["gongkai", "scrapy"])
def test_every_line_of_a_crawl_is_an_object(replica: Replica, tmp_path: Path, verb: str) -> None:
    crawl = Crawl(replica, tmp_path)
    crawl.environment |= {"GONGKAI_LOG": "json", "AWS_SECRET_ACCESS_KEY": SECRET}
    done = crawl.run("-s", "LOG_LEVEL=DEBUG", "-s", "CLOSESPIDER_ITEMCOUNT=2", verb=verb)
    said = lines(done.err)
    assert {"scrapy.core.engine", "scrapy.extensions.closespider"} & {one["logger"] for one in said}
    assert any(one.get("site") == "bjxch" for one in said)
    assert SECRET not in done.err
    if verb == "gongkai":
        (summary,) = (one for one in said if "report pages; of" in one["message"])
        assert (summary["logger"], summary["site"]) == ("gongkai", "bjxch")
        assert summary["run"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["crawl", "--nosuch"], Exit.USAGE),
        (["--nosuch", "crawl"], Exit.USAGE),
        (["show", "bjxch", "2024", "--archive", "none"], Exit.ARCHIVE),
    ],
)
def test_an_error_is_one_line(words: list[str], code: Exit) -> None:
    done = run("", *words, GONGKAI_LOG="json")
    (line,) = lines(done.stderr)
    assert (done.returncode, line["level"], line["logger"]) == (code, "ERROR", "gongkai")


BROKEN = f"""
import sys, warnings, crawler.lookup
def broken(*_):
    warnings.warn("have a care: {SECRET}")
    print("raw", "{SECRET}", file=sys.stderr)
    raise RuntimeError("unforeseen: {SECRET}")
crawler.lookup.list_reports = broken
"""


def test_what_nobody_foresaw_is_one_line_with_its_traceback_and_no_secret() -> None:
    words = ["--log", "json", "show", "bjxch", "2024"]
    done = run(BROKEN, *words, AWS_SECRET_ACCESS_KEY=SECRET)
    warning, raw, error = lines(done.stderr)
    assert done.returncode == Exit.BUG
    assert (warning["logger"], raw["logger"], raw["message"]) == ("py.warnings", "stderr", "raw ***")
    assert (error["level"], error["message"]) == ("CRITICAL", "RuntimeError")
    assert error["exc_info"].endswith("RuntimeError: unforeseen: ***")
    assert SECRET not in done.stderr


def test_a_traceback_in_text_has_no_secret_either() -> None:
    code = BROKEN.replace("warnings.warn", "str").replace("print", "str")
    code = code.replace('"raw", ', "").replace(", file=sys.stderr", "")
    done = run(code, "show", "bjxch", "2024", AWS_SECRET_ACCESS_KEY=SECRET)
    assert done.stderr.startswith("Traceback")
    assert done.stderr.endswith("RuntimeError: unforeseen: ***\n")


def test_the_file_asks_for_json_and_the_option_counts_before_it() -> None:
    Path("gongkai.toml").write_text('log = "json"\n', "utf-8")
    assert lines(run("", "show", "bjxch", "2024").stderr)
    assert run("", "--log", "text", "show", "bjxch", "2024").stderr.startswith("gongkai: There is no archive")
    assert run("", "show", "bjxch", "2024", GONGKAI_LOG="text").stderr.startswith(
        "gongkai: There is no archive"
    )


def test_secrets_of_the_environment_are_left_out() -> None:
    environment = {
        "AWS_SECRET_ACCESS_KEY": "abc+def/ghi",
        "SMTP_PASSWORD": "abc+def/ghi-and-more",
        "http_proxy": "http://me:pass%40word@proxy:3128",
        "API_TOKEN": "short",
    }
    said = "abc+def/ghi-and-more, abc+def/ghi, pass%40word, short, https://u:p@host/x"
    assert redact(said, environment) == "***, ***, ***, short, https://***@host/x"
    assert masked("https://u:p@hooks.example.org/a/b?token=c") == "https://hooks.example.org/***"


def test_a_log_that_nobody_takes_ends_nothing(tmp_path: Path) -> None:
    """A journal that is started again closes the pipe: a crawl goes on."""
    there, ours = os.pipe()
    os.close(there)
    code = (
        "import logging, pathlib, sys; from crawler import logs; logs.set_up()\n"
        "logging.getLogger('x').warning('one'); print('two', file=sys.stderr)\n"
        f"pathlib.Path({str(tmp_path / 'done')!r}).touch()"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT), "GONGKAI_LOG": "json"}
    try:
        subprocess.run([sys.executable, "-c", code], env=environment, stderr=ours, check=False)
    finally:
        os.close(ours)
    assert (tmp_path / "done").exists()
