"""Metrics: Prometheus reads what is written, every value is the record's, and no file disturbs another."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from crawler.exits import Exit
from crawler.metrics import collecting, textfile
from crawler.metrics.catalogue import METRICS, Measured
from crawler.metrics.collecting import ArchiveCollector
from crawler.metrics.measuring import measure_run
from crawler.record import Record
from crawler.schedule.metrics import METRICS as OF_SCHEDULER
from crawler.watch.state import State
from storage.archive import Archive
from storage.errors import ArchiveUnusable
from storage.run_records import named, read_records
from storage.tally import STATES
from tests.cli.made import gongkai
from tests.cli.test_runs import OLD, WHOLE
from tests.storage.made import NOW, body, capture

ROOT = Path(__file__).resolve().parents[2]
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture(autouse=True)
def without_fsync() -> Iterator[None]:
    """It is slow, and not what is tested here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda _: None)
        yield


def read(text: str) -> Samples:
    """Name and labels (without the archive's) -> value; asserts that Prometheus would take it."""
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation
        for sample in family.samples:
            described = METRICS[sample.name]
            assert (family.type, set(sample.labels)) == (described.kind, {"archive", *described.labels})
            key = sample.name, frozenset((k, v) for k, v in sample.labels.items() if k != "archive")
            assert key not in found, "node_exporter drops all where a series is there twice"
            found[key] = sample.value
    return found


def scraped(collector: Collector) -> Samples:
    """What a scrape gets."""
    registry = CollectorRegistry()
    registry.register(collector)
    return read(generate_latest(registry).decode("utf-8"))


def value(samples: Samples, name: str, **labels: str) -> float | None:
    return samples.get((f"gongkai_{name}", frozenset(labels.items())))


def until(true: Callable[[], bool]) -> None:
    """Waits for it, ten seconds at most."""
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def measured(record: dict[str, Any], site: str = "xuxian") -> Samples:
    to = Measured("s3://bucket/prefix")
    measure_run(to, site, record)
    return scraped(to)


def test_the_documents_have_every_metric_and_no_other() -> None:
    document = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    table = document.partition("## Of an archive")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(gongkai_\w+)` \| (\w+) \| (.*) \| (.+) \|$", table, re.M)
    assert [
        (name, kind, tuple(re.findall(r"`(\w+)`", labels)), what) for name, kind, labels, what in rows
    ] == [(name, described.kind, described.labels, described.means) for name, described in METRICS.items()]
    for name in re.findall(r"\bgongkai_[a-z_]+[a-z]\b", document):
        assert any(known.startswith(name) for known in (*METRICS, *OF_SCHEDULER)), name


def test_a_run_is_measured_as_its_record_says() -> None:
    samples = measured(WHOLE | {"started": "2026-02-03T04:05:06+00:00"})
    assert (
        value(samples, "run_stopped_timestamp_seconds", site="xuxian")
        == datetime(2026, 2, 3, 4, 6, 6, tzinfo=UTC).timestamp()
    )
    for name, wanted in {
        "run_seconds": 60, "run_complete": 1, "run_expected_addresses": 3, "run_found_addresses": 2,
        "run_reports": 1, "run_lists": 1, "run_offered_reports": 4, "run_unread": 0, "run_gaps": 0,
        "run_lost": 0, "run_bugs": 0, "run_bytes": 2048, "run_read": 1, "run_published": 1,
    }.items():  # fmt: skip
        assert value(samples, name, site="xuxian") == wanted, name
    assert value(samples, "run_outcome", site="xuxian", outcome="complete") == 1
    assert value(samples, "run_findings", site="xuxian", code="requests-balance") == 2
    assert value(samples, "run_news", site="xuxian", news="changed") == 1
    assert value(samples, "run_requests", site="xuxian", host="main", status="404") == 1
    assert sum(v for (name, _), v in samples.items() if name == "gongkai_run_addresses") == 3


def test_what_a_record_does_not_say_has_no_value() -> None:
    samples = measured(OLD | {"started": "2026-02-03T04:05:06+00:00"})
    assert value(samples, "run_expected_addresses", site="xuxian") == 2
    assert value(samples, "run_news", site="xuxian", news="new") is None
    assert value(samples, "run_bytes", site="xuxian") is None
    killed: dict[str, Any] = {
        "ended": "crashed",
        "started": "2026-02-03T04:05:06+00:00",
        "expected": None,
        "lost": [],
    }
    assert value(measured(killed), "run_expected_addresses", site="xuxian") is None
    assert value(measured(killed), "run_outcome", site="xuxian", outcome="crashed") == 1


words = st.text(min_size=1, max_size=8)


@given(
    st.dictionaries(st.text(max_size=12), st.sampled_from([*STATES, None]), max_size=20),
    st.dictionaries(words, st.dictionaries(words, st.integers(1, 9), min_size=1, max_size=3), max_size=4),
    st.dictionaries(words, st.integers(1, 99), max_size=4),
    words,
)
def test_whatever_a_record_says_prometheus_reads_and_it_adds_up(
    tasks: dict[str, Any], requests: dict[str, dict[str, int]], findings: dict[str, int], site: str
) -> None:
    record = Record(bytes=7)
    for url, state in tasks.items():
        record.expect(url, "report")
        if state is not None:
            record.settle(url, state)
    for host, answers in requests.items():
        record.requests[host].update(answers)
    record.findings.update(findings)
    samples = measured(record.to_json("finished") | {"started": "2026-02-03T04:05:06+00:00"}, site)

    def total(name: str) -> float:
        return sum(v for (said, _), v in samples.items() if said == f"gongkai_{name}")

    assert total("run_addresses") == total("run_expected_addresses") == len(tasks)
    assert total("run_news") == value(samples, "run_addresses", site=site, state="captured")
    assert total("run_requests") == sum(sum(answers.values()) for answers in requests.values())
    assert total("run_findings") == sum(findings.values())


def filled(url: str) -> None:
    """An archive with a whole run of one site, an old one and one that waits of another, and an audit."""
    with Archive.open(url) as archive:
        archive.start_run("xuxian", NOW).finish(OLD)
        archive.start_run("xuxian", NOW.replace(hour=5)).finish(WHOLE)
        archive.start_run("yixian", NOW).finish(OLD)
        waits = archive.start_run("yixian", NOW.replace(hour=6))
        waits.record(capture(1), body(1))
        waits.abandon()


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of such an archive."""
    monkeypatch.setenv("GONGKAI_STATE", str(tmp_path / "state"))
    url = str(tmp_path / "archive")
    filled(url)
    return url


def test_the_scheduler_serves_what_the_archive_says(archive: str) -> None:
    collector = ArchiveCollector(archive)
    samples = scraped(collector)
    assert value(samples, "archive_reachable") == 1
    assert value(samples, "run_complete", site="xuxian") == 1
    assert value(samples, "run_complete", site="yixian") == 0
    assert value(samples, "runs_total", site="xuxian") == 2
    assert value(samples, "spool_captures", site="xuxian") == 0
    assert value(samples, "spool_captures", site="yixian") == 1
    assert value(samples, "spool_bytes", site="yixian") > 0  # type: ignore[operator]
    assert value(samples, "spool_limit_bytes") == 10 * 2**30
    assert value(samples, "alerts_open", code="damage", severity="critical") == 0
    assert value(samples, "verify_ended_timestamp_seconds") is None, "nobody verified it"


def test_records_are_read_once_and_new_ones_when_they_come(
    archive: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    collector = ArchiveCollector(archive, age=0)
    scraped(collector)
    asked: list[int] = []

    def counting(store: Any, records: Any) -> Any:
        asked.append(len(list(records)))
        return read_records(store, records)

    monkeypatch.setattr(collecting, "read_records", counting)
    scraped(collector)
    assert sum(asked) == 0
    with Archive.open(archive) as opened:
        opened.start_run("yixian", NOW.replace(hour=7)).finish(WHOLE)
    assert value(scraped(collector), "run_complete", site="yixian") == 1
    assert value(scraped(ArchiveCollector(archive, age=0)), "spool_captures", site="yixian") == 0


def test_a_store_that_is_away_or_slow_holds_up_no_scrape(
    archive: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    collector = ArchiveCollector(archive, age=0, patience=0.1)
    until(lambda: value(scraped(collector), "archive_reachable") == 1)
    over = threading.Event()

    def slow(store: Any) -> Any:
        over.wait(30)
        return named(store)

    def away(store: Any) -> Any:
        raise ArchiveUnusable("The store is told to fail.")

    monkeypatch.setattr(collecting, "named", slow)
    samples = scraped(collector)
    assert value(samples, "archive_reachable") == 0
    assert value(samples, "run_complete", site="xuxian") == 1, "as it was known last"
    over.set()
    monkeypatch.setattr(collecting, "named", away)
    until(lambda: collector._reading is None)
    samples = scraped(collector)
    assert (value(samples, "archive_reachable"), value(samples, "runs_total", site="xuxian")) == (0, 2)
    monkeypatch.setattr(collecting, "named", named)
    until(lambda: value(scraped(collector), "archive_reachable") == 1)


def test_an_archive_that_is_not_there_is_not_reachable(tmp_path: Path) -> None:
    samples = scraped(ArchiveCollector(str(tmp_path / "nowhere")))
    assert value(samples, "archive_reachable") == 0
    assert not (tmp_path / "nowhere").exists()


# ---------------------------------------------------------------- files


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where metrics are written."""
    monkeypatch.setenv("GONGKAI_METRICS_FOLDER", str(tmp_path / "metrics"))
    return tmp_path / "metrics"


def together(folder: Path) -> Samples:
    """What node_exporter makes of all files: one text in which no series may be twice."""
    texts = [path.read_text("utf-8") for path in sorted(folder.glob("*.prom"))]
    seen: Samples = {}
    for text in texts:
        for key, number in read(text).items():
            assert key not in seen, key
            seen[key] = number
    return seen


def test_commands_leave_files_that_do_not_disturb_each_other(archive: str, folder: Path) -> None:
    url = ("--archive", archive)
    for site in ("xuxian", "yixian"):
        with Archive.open(archive) as opened:
            record = next(iter(opened.runs(site)))
        textfile.after_run(archive, site, record)
    textfile.after_run(archive, "xuxian", None)
    assert gongkai("verify", *url).exit_code == Exit.OK
    assert gongkai("verify", "xuxian", *url).exit_code == Exit.OK
    textfile.after_watch(archive, State())
    assert gongkai("reparse", "nosuch", *url).exit_code == Exit.USAGE
    assert gongkai("reparse", "no/such", *url).exit_code == Exit.USAGE
    samples = together(folder)
    assert value(samples, "run_complete", site="yixian") == 0
    assert value(samples, "run_expected_addresses", site="xuxian") == 2, (
        "a crawl without a record changes none"
    )
    assert value(samples, "spool_captures", site="yixian") == 1
    assert value(samples, "verify_findings", code="body-missing", level="damage") == 0
    assert value(samples, "alerts_open", code="damage", severity="critical") == 0
    assert value(samples, "command_exit_code", command="verify", sites="all") == 0
    assert value(samples, "command_exit_code", command="verify", sites="xuxian") == 0
    for wrong in ("nosuch", "no/such"):
        assert value(samples, "command_exit_code", command="reparse", sites=wrong) == Exit.USAGE
    other = {path.name for path in folder.iterdir()}
    textfile.after_watch(archive + "2", State())
    assert len({path.name for path in folder.iterdir()} - other) == 1, "another archive has files of its own"


def test_a_command_that_cannot_reach_its_archive_says_so(tmp_path: Path, folder: Path) -> None:
    missing = str(tmp_path / "nowhere")
    done = gongkai("verify", "--archive", missing)
    assert value(together(folder), "command_exit_code", command="verify", sites="all") == done.exit_code > 0
    assert not list(folder.glob("*-verify.prom"))


def test_a_file_is_replaced_whole(archive: str, folder: Path) -> None:
    """Whoever reads while it is written reads the old one or the new one."""
    textfile.after_watch(archive, State())
    [path] = folder.iterdir()
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            textfile.after_watch(archive, State())

    writer = threading.Thread(target=write)
    writer.start()
    try:
        sizes = {len(read(path.read_text("utf-8"))) for _ in range(50)}
    finally:
        over.set()
        writer.join()
    assert len(sizes) == 1
    assert [left.name for left in folder.iterdir()] == [path.name]


def test_what_cannot_be_written_fails_no_command(
    archive: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GONGKAI_METRICS_FOLDER", str(tmp_path / "file"))
    done = gongkai("verify", "--archive", archive)
    assert done.exit_code == Exit.OK
    assert "metrics could not be written" in done.stderr


def test_without_a_folder_nothing_is_written(archive: str, tmp_path: Path) -> None:
    assert gongkai("verify", "--archive", archive).exit_code == Exit.OK
    assert not list(tmp_path.rglob("*.prom"))
