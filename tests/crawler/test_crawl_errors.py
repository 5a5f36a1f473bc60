"""What goes wrong around a crawl is a sentence and an exit code, never a traceback, and loses nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crawler.exits import Exit
from tests.crawler.crawling import Crawl, Done
from tests.replica import Replica

LIST = "/zt/xxgkzl/gknb.html"
PAGE = "/zt/xxgkzl/gknbxq/pnidpv151pntypepvnbpnnfpv2023.html"


def says(done: Done, code: Exit, *words: str) -> None:
    """Asserts the exit code, the words, and that there is no traceback."""
    assert (done.code, "Traceback" in done.err) == (code, False), done.err
    for word in words:
        assert word in done.err


def test_an_unknown_site(tmp_path: Path, shared_replica: Replica) -> None:
    crawl = Crawl(shared_replica, tmp_path)
    says(crawl.run("bjxhc"), Exit.USAGE, "bjxhc", "bjxch")
    assert not Path(crawl.archive).exists()


def test_a_year_that_no_report_is_about(tmp_path: Path, shared_replica: Replica) -> None:
    says(Crawl(shared_replica, tmp_path).run("--year", "2099"), Exit.USAGE, "2099", "2008")


@pytest.mark.parametrize(
    "setting",
    [
        "LOG_LEVEL=LOUD",
        "DOWNLOAD_DELAY=soon",
        "GONGKAI_COMMIT_EVERY=often",
        "GONGKAI_UNLESS_SINCE=today",
        "GONGKAI_UNLESS_SINCE=2026-01-31",
    ],
)
def test_a_setting_of_the_wrong_kind(setting: str, tmp_path: Path, shared_replica: Replica) -> None:
    crawl = Crawl(shared_replica, tmp_path)
    says(crawl.run("-s", setting), Exit.USAGE, setting)
    assert not Path(crawl.archive).exists()


def test_an_unreachable_proxy(tmp_path: Path, shared_replica: Replica) -> None:
    crawl = Crawl(shared_replica, tmp_path)
    closed = "http://127.0.0.1:9"
    done = crawl.run(http_proxy=closed, https_proxy=closed)
    says(done, Exit.NETWORK, "127.0.0.1:9", "refuses connections", "https_proxy", "nothing could be fetched")
    (record,) = crawl.runs()
    assert not record["complete"]
    assert record["requests"] == {"www.bjxch.gov.cn": {"error": 1}}, "robots.txt was asked for"


def test_a_robots_txt_that_cannot_be_had_means_not_now(tmp_path: Path, replica: Replica) -> None:
    replica.fail("/robots.txt", "robots-500")
    crawl = Crawl(replica, tmp_path)
    says(crawl.run(), Exit.NETWORK, "robots.txt", "500")
    assert {request.path for request in replica.log if request.method == "GET"} == {"/robots.txt"}
    (capture,) = crawl.captures()
    assert (capture["role"], capture["status"]) == ("robots", 500)


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes into read-only folders")
def test_a_read_only_folder(tmp_path: Path, shared_replica: Replica) -> None:
    crawl = Crawl(shared_replica, tmp_path)
    Path(crawl.archive).mkdir()
    Path(crawl.archive).chmod(0o500)
    says(crawl.run(), Exit.ARCHIVE, crawl.archive)


def test_an_archive_that_is_a_file(tmp_path: Path, shared_replica: Replica) -> None:
    crawl = Crawl(shared_replica, tmp_path)
    Path(crawl.archive).write_text("not a folder")
    says(crawl.run(), Exit.ARCHIVE, crawl.archive)


def test_a_bucket_that_is_missing(tmp_path: Path, shared_replica: Replica, s3_archive_url: str) -> None:
    crawl = Crawl(shared_replica, tmp_path, "s3://no-such-bucket-anywhere/archive")
    says(crawl.run(), Exit.ARCHIVE, "no-such-bucket-anywhere")


@pytest.mark.parametrize("folder", ["captures/bjxch", "parses", "reports/bjxch"])
def test_an_archive_that_fails_midway_ends_the_crawl_and_loses_nothing(
    folder: str, tmp_path: Path, replica: Replica
) -> None:
    crawl = Crawl(replica, tmp_path)
    assert crawl.run("--year", "2020").code == 0
    blocker = Path(crawl.archive, folder)
    aside = tmp_path / "aside"
    blocker.rename(aside)
    blocker.write_text("in the way of every new object")
    done = crawl.run("--year", "2023", "-s", "GONGKAI_COMMIT_EVERY=10")
    says(done, Exit.ARCHIVE)
    blocker.unlink()
    aside.rename(blocker)
    assert crawl.run("--year", "2023").code == 0
    assert set(crawl.reports()) == {key for key in replica.truth() if key[1] in (2020, 2023)}
    assert [run["ended"] for run in crawl.runs()] == ["finished", "crashed", "finished"]


def test_a_page_of_200_mb_is_kept_and_not_read(tmp_path: Path, replica: Replica) -> None:
    replica.fail(PAGE, "big")
    crawl = Crawl(replica, tmp_path)
    done = crawl.run("--year", "2023")
    says(done, Exit.INCOMPLETE, PAGE, "200 MiB")
    (capture,) = [c for c in crawl.captures() if PAGE in c["url"]]
    assert capture["size"] == 200 * 1024 * 1024
    assert f"raw/{capture['sha256'][:2]}/{capture['sha256']}" in crawl.objects("raw/")
    (record,) = crawl.runs()
    assert [unread["sha256"] for unread in record["unread"]] == [capture["sha256"]]


@pytest.mark.parametrize("mode", ["big", "big-chunked"])
def test_a_page_over_the_limit_is_recorded_without_its_body(
    mode: str, tmp_path: Path, replica: Replica
) -> None:
    replica.fail(PAGE, mode)
    crawl = Crawl(replica, tmp_path)
    done = crawl.run("--year", "2023", "-s", "DOWNLOAD_MAXSIZE=2000000")
    says(done, Exit.INCOMPLETE, PAGE, "DOWNLOAD_MAXSIZE")
    (capture,) = [c for c in crawl.captures() if PAGE in c["url"]]
    assert (capture["status"], capture["flags"], capture["sha256"]) == (200, ["too-large"], None)


@pytest.mark.parametrize("mode", ["truncate", "truncated-gzip"])
def test_a_body_that_breaks_off_is_asked_for_again_and_then_recorded_as_such(
    mode: str, tmp_path: Path, replica: Replica
) -> None:
    replica.fail(PAGE, mode)
    crawl = Crawl(replica, tmp_path)
    says(crawl.run("--year", "2023"), Exit.INCOMPLETE, PAGE, "broke off")
    assert len([request for request in replica.log if request.path == PAGE]) == 3
    (capture,) = [c for c in crawl.captures() if PAGE in c["url"]]
    assert capture["flags"] == ["truncated"]
    assert capture["sha256"]
    replica.heal()
    done = crawl.run("--year", "2023")  # no validators of a broken body are sent
    assert done.code == 0, done.err


def test_a_body_that_breaks_off_once_is_no_failure(tmp_path: Path, replica: Replica) -> None:
    replica.fail(PAGE, "truncate", times=1)
    assert Crawl(replica, tmp_path).run("--year", "2023").code == 0


def test_a_damaged_file_is_kept_and_named(tmp_path: Path, replica: Replica) -> None:
    pdf = next(a for entry in replica.truth().values() if entry["year"] == 2023 for a in entry["attachments"])
    path = "/" + pdf.split("/", 3)[3]
    replica.fail(path, "half-file")
    crawl = Crawl(replica, tmp_path)
    done = crawl.run("--year", "2023")
    assert "Traceback" not in done.err
    (capture,) = [c for c in crawl.captures() if c["url"] == pdf]
    assert capture["sha256"]


def test_blocks_end_the_hosts_crawl_after_a_few(tmp_path: Path, replica: Replica) -> None:
    replica.fail("/zt/xxgkzl/gknbxq*", "challenge")  # all forms: a sound page sets the count back
    crawl = Crawl(replica, tmp_path)
    done = crawl.run("--year", "2023")
    says(done, Exit.INCOMPLETE, "412")
    blocked = [request for request in replica.log if request.status == 412]
    assert 3 <= len(blocked) <= 12  # three (after two and a sound list page, at worst) and those in the queue
    (record,) = crawl.runs()
    assert record["counts"]["blocked"] > 20
    assert {c["flags"][0] for c in crawl.captures() if c["status"] == 412} == {"blocked"}


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("redirect-private", "127.0.0.1"),
        ("redirect-metadata", "169.254.169.254"),
        ("redirect-mirror", "mirror.example"),
        ("redirect-loop", "redirect"),
        ("reset", "broke"),
        ("503", "503"),
    ],
)
def test_a_page_that_leads_astray_is_named_and_the_others_are_fetched(
    mode: str, words: str, tmp_path: Path, replica: Replica
) -> None:
    replica.fail(PAGE, mode)
    crawl = Crawl(replica, tmp_path)
    says(crawl.run("--year", "2023"), Exit.INCOMPLETE, PAGE, words)
    (record,) = crawl.runs()
    (failed,) = record["failed"]
    assert PAGE in failed["url"]
    assert len(crawl.reports()) == sum(year == 2023 for _, year in replica.truth()) - 1
    assert not [request for request in replica.log if "bjxch.gov.cn" not in request.url]


def test_without_lists_departments_and_years_are_enumerated(tmp_path: Path, replica: Replica) -> None:
    replica.fail(LIST, "404")
    crawl = Crawl(replica, tmp_path)
    done = crawl.run()
    assert done.code == 5  # who was not known beforehand may be missing
    assert "but it is gone: see `gongkai sites check bjxch`" in done.err
    known = {key for key, entry in replica.truth().items() if entry["department"] in (150, 155, 197)}
    older = {key for key in known if "gknbxqx" in replica.truth()[key]["url"]}
    assert set(crawl.reports()) >= known - older
    in_vain = [request for request in replica.log if request.status == 404]
    assert len(in_vain) < 200  # the ids of one year's sweep, and the known departments' other years


def test_a_list_that_cannot_be_had_is_no_reason_to_guess(tmp_path: Path, replica: Replica) -> None:
    replica.fail(LIST, "500")
    crawl = Crawl(replica, tmp_path)
    says(crawl.run(), Exit.INCOMPLETE, LIST, "500")
    (record,) = crawl.runs()
    assert not record["complete"]
