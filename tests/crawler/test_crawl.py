"""A site from its address to published reports: what is found, kept, read, and left alone the second time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipelines.report.model import TABLES
from storage.tally import NEWS, STATES
from tests.crawler.crawling import Crawl
from tests.crawler.test_metrics import together, value
from tests.replica import Replica


def cells(report: dict[str, Any]) -> dict[str, Any]:
    """Table.row.column -> value."""
    return {
        f"{table}.{row}.{column}": value
        for table in TABLES
        for row, columns in (report[table] or {}).items()
        for column, value in columns.items()
    }


pytestmark = pytest.mark.xdist_group("crawl")  # one whole crawl for all who look at it


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A replica crawled once; (replica, crawl, what the process said)."""
    with Replica() as replica:
        crawl = Crawl(replica, tmp_path_factory.mktemp("crawl"))
        yield replica, crawl, crawl.run(GONGKAI_METRICS_FOLDER=str(crawl.folder / "metrics"))


def test_the_archive_equals_the_sites_truth_cell_by_cell(crawled: tuple[Replica, Crawl, Any]) -> None:
    replica, crawl, done = crawled
    assert (done.code, "Traceback" in done.err) == (0, False), done.err
    reports, truth = crawl.reports(), replica.truth()
    assert set(reports) == set(truth)
    wrong = {
        key: {path: (found, cells(truth[key]).get(path)) for path, found in cells(report).items()}
        for key, report in reports.items()
        if cells(report) != cells(truth[key])
    }
    assert not wrong


def test_no_request_is_made_twice_and_few_in_vain(crawled: tuple[Replica, Crawl, Any]) -> None:
    replica, _, _ = crawled
    asked = [request.url for request in replica.log if request.method == "GET"]
    assert len(asked) == len(set(asked))
    truth = replica.truth()
    needed = {entry["url"] for entry in truth.values()} | {entry["listed"] for entry in truth.values()}
    needed |= {address for entry in truth.values() for address in entry["attachments"]}
    lists = {url for url in asked if "/gknb" in url and "pnid" not in url}
    in_vain = set(asked) - needed - lists - {"https://www.bjxch.gov.cn/robots.txt"}
    assert needed <= set(asked)
    assert len(in_vain) <= 3, in_vain  # the soft 404 that a list promises, and two seeds the replica lacks


def test_forbidden_and_foreign_addresses_are_refused_by_name(crawled: tuple[Replica, Crawl, Any]) -> None:
    _, crawl, _ = crawled
    (record,) = crawl.runs()
    reasons = {entry["url"]: entry["reason"] for entry in record["refused"]}
    assert any("/gknbcg/" in url and "robots.txt" in reason for url, reason in reasons.items())
    assert any("169.254.169.254" in url for url in reasons)
    assert any("mirror.example" in url for url in reasons)


def test_the_run_record_adds_up(crawled: tuple[Replica, Crawl, Any]) -> None:
    _, crawl, _ = crawled
    (record,) = crawl.runs()
    assert record["expected"] == sum(len(record[state]) for state in STATES)
    assert record["counts"] == {state: len(record[state]) for state in STATES}
    assert sorted(record["captured"]) == sorted(url for news in NEWS for url in record[news])
    assert record["complete"]
    assert record["captures"] == len(crawl.captures())
    assert record["reports"] == len(crawl.reports())


def test_metrics_are_left_for_node_exporter(crawled: tuple[Replica, Crawl, Any]) -> None:
    _, crawl, _ = crawled
    (record,) = crawl.runs()
    samples = together(crawl.folder / "metrics")
    assert value(samples, "run_found_addresses", site="bjxch") == record["found"]
    assert value(samples, "run_news", site="bjxch", news="new") == len(record["captured"])
    assert value(samples, "spool_captures", site="bjxch") == 0
    assert value(samples, "command_exit_code", command="crawl", sites="bjxch") == 0


def test_every_answer_is_in_the_journal(crawled: tuple[Replica, Crawl, Any]) -> None:
    replica, crawl, _ = crawled
    captures = crawl.captures()
    journal = {address for c in captures for address in (c["url"], *c["redirects"], c["final_url"])}
    assert journal == {request.url for request in replica.log if request.method == "GET"}
    assert {c["role"] for c in captures} == {"robots", "list", "report", "attachment"}
    soft = [c for c in captures if "soft-404" in c["flags"]]
    assert [c["status"] for c in soft] == [200]


def test_a_second_crawl_adds_nothing_but_its_journal_and_record(tmp_path: Path, replica: Replica) -> None:
    crawl = Crawl(replica, tmp_path)
    first_time = crawl.run()
    assert first_time.code == 0, first_time.err
    before = {key: Path(crawl.archive, key).read_bytes() for key in crawl.objects()}
    replica.clear_log()
    done = crawl.run(verb="scrapy")  # the other way to start it does the same
    assert done.code == 0, done.err
    after = {key: Path(crawl.archive, key).read_bytes() for key in crawl.objects()}
    new = set(after) - set(before)
    assert {key.split("/")[0] for key in new} == {"captures", "runs"}
    assert all(after[key] == data for key, data in before.items())
    statuses = [request.status for request in replica.log if request.method == "GET"]
    first, second = crawl.runs()
    assert statuses.count(200) <= 5  # soft 404s have no validators
    assert second["bytes"] < 0.05 * first["bytes"]
    assert second["counts"]["resting"] > second["counts"]["unchanged"] / 2
    assert (second["read"], second["counts"]["captured"]) == (0, 0)
    assert second["reports"] == first["reports"]


def test_a_correction_in_place_is_a_new_version(tmp_path: Path) -> None:
    with Replica() as replica:
        crawl = Crawl(replica, tmp_path)
        assert crawl.run("--year", "2024").code == 0
        raw, parses = crawl.objects("raw/"), crawl.objects("parses/")
        (correction,) = replica.correct()
        assert crawl.run("--year", "2024").code == 0
    assert len(crawl.objects("raw/") - raw) == len(crawl.objects("parses/") - parses) == 1
    report = crawl.reports()[correction.organization, correction.year]
    assert {path: cells(report)[path] for path in correction.changes} == {
        path: now for path, (_, now) in correction.changes.items()
    }
    versions = [source for source in report["sources"] if source["url"] == correction.url]
    assert [("superseded" in version) for version in versions].count(True) == 1
    assert len(versions) == 2


def test_years_limit_what_is_asked_for(tmp_path: Path, replica: Replica) -> None:
    crawl = Crawl(replica, tmp_path)
    assert crawl.run("--year", "2023").code == 0
    assert {year for _, year in crawl.reports()} == {2023}
    asked = [request.url for request in replica.log]
    assert not [url for url in asked if "pnnfpv2020" in url or "pnnfpv2024" in url]


def test_both_kinds_of_store_end_with_the_same_archive(
    tmp_path: Path, replica: Replica, s3_archive_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from storage.store import open_store

    crawl = Crawl(replica, tmp_path / "folder")
    assert crawl.run("--year", "2023").code == 0
    bucket = Crawl(replica, tmp_path / "bucket", s3_archive_url)
    done = bucket.run("--year", "2023")
    assert done.code == 0, done.err
    monkeypatch.delenv("http_proxy", raising=False)
    store = open_store(s3_archive_url)
    keys = set(store.list())
    kept = ("raw/", "parses/", "reports/")
    assert {key for key in keys if key.startswith(kept)} == {
        key for key in crawl.objects() if key.startswith(kept)
    }
    count = len([key for key in keys if key.startswith(kept)])
    assert bucket.run("--year", "2023").code == 0
    assert len([key for key in store.list() if key.startswith(kept)]) == count
    store.close()


def test_several_sites_are_crawled_at_once(tmp_path: Path, replica: Replica) -> None:
    entry = """
        [xuxian]
        name = "虚构县"
        code = "000000"
        family = "xicheng"
        hosts = ["www.bjxch.gov.cn"]
        seeds = ["https://www.bjxch.gov.cn/zt/xxgkzl/gknb.html"]
    """
    (tmp_path / "own.toml").write_text(entry, encoding="utf-8")
    crawl = Crawl(replica, tmp_path)
    done = crawl.run("xuxian", "--year", "2023", GONGKAI_SITES=str(tmp_path / "own.toml"))
    assert done.code == 0, done.err
    assert "bjxch: 35 report pages" in done.err
    assert "xuxian: 35 report pages" in done.err
    assert {key.split("/")[1] for key in crawl.objects("reports/")} == {"bjxch", "xuxian"}
