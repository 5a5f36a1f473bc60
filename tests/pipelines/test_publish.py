"""The fold from captures to reports: whatever came in whatever order, the same reports come out."""

from __future__ import annotations

import gzip
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.publish import publish
from pipelines.report.read import PARSER_VERSION, read_all
from pipelines.report.stored import reading_json
from storage.journal import Capture, Role
from tests.made import html
from tests.made.pdf import pdf
from tests.made.truth import make, with_cell
from tests.pipelines.folding import HOST, SITE, Desk, document

NAME = (2024, "北京市西城区虚构局")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def codes(report: dict[str, object]) -> list[str]:
    """Its findings; the made-up tables are so short that no identity can be assessed."""
    findings = report["findings"]
    assert isinstance(findings, list)
    return [finding["code"] for finding in findings if finding["code"] != "not-assessable"]


def test_a_captured_report_is_published_with_its_source(desk: Desk) -> None:
    (digest,) = desk.crawl(("/a.html", document()))
    assert desk.publish().published == (NAME,)
    report = desk.reports()[NAME]
    assert report["requests"] == {"received": {"total": 3}}
    assert report["evidence"]["requests.received.total"]["document"] == digest
    assert report["sources"] == [
        {
            "sha256": digest,
            "url": f"{HOST}/a.html",
            "media_type": "text/html",
            "captured": "2025-02-01T03:01:00Z",
        }
    ]


def test_publishing_again_writes_nothing_and_reads_nothing(desk: Desk) -> None:
    desk.crawl(("/a.html", document()), ("/b.html", document("北京市西城区示例局")))
    desk.publish()
    before, asked = desk.files(), desk.plain.asked
    done = desk.publish()
    assert done.published == ()
    assert len(done.unchanged) == 2
    assert (desk.files(), desk.plain.asked) == (before, asked)


def test_a_visit_that_finds_nothing_new_changes_no_report(desk: Desk) -> None:
    desk.crawl(("/a.html", document()))
    desk.publish()
    before = desk.files()
    desk.crawl(("/a.html", None))
    desk.crawl(("/a.html", document()))
    assert desk.publish().published == ()
    assert desk.files() == before


def test_other_bytes_at_the_same_address_supersede_the_older_ones(desk: Desk) -> None:
    (old,) = desk.crawl(("/a.html", document(received=3)))
    (new,) = desk.crawl(("/a.html", document(received=4)))
    desk.publish()
    report = desk.reports()[NAME]
    assert report["requests"] == {"received": {"total": 4}}
    assert [(source["sha256"], source.get("superseded")) for source in report["sources"]] == [
        (old, "2025-02-02T03:02:00Z"),
        (new, None),
    ]


def test_a_version_that_comes_back_is_current_again(desk: Desk) -> None:
    (old,) = desk.crawl(("/a.html", document(received=3)))
    desk.crawl(("/a.html", document(received=4)))
    desk.crawl(("/a.html", document(received=3)))
    desk.publish()
    report = desk.reports()[NAME]
    assert report["requests"] == {"received": {"total": 3}}
    assert next(source for source in report["sources"] if source["sha256"] == old).get("superseded") is None


def test_the_same_bytes_at_two_addresses_are_read_once_and_both_addresses_listed(desk: Desk) -> None:
    (digest, _) = desk.crawl(("/a.html", document()), ("/b.html", document()))
    desk.publish()
    assert desk.plain.asked == 1
    sources = desk.reports()[NAME]["sources"]
    assert [(source["sha256"], source["url"]) for source in sources] == [
        (digest, f"{HOST}/a.html"),
        (digest, f"{HOST}/b.html"),
    ]


def test_page_and_attachment_become_one_report(desk: Desk) -> None:
    (page,) = desk.crawl(("/a.html", document(received=3)))
    body = document(received=3, rules=2)
    attached = desk.capture("/a.pdf", body, role="attachment", hints={"parent": f"{HOST}/a.html"})
    (file,) = desk.crawl((attached, body))
    desk.publish()
    report = desk.reports()[NAME]
    assert report["evidence"]["active_disclosure.rules.issued"]["document"] == file
    assert {source["sha256"] for source in report["sources"]} == {page, file}
    assert codes(report) == []


class InProcess:
    """The real reader without its process."""

    def read(self, body: bytes) -> dict[str, Any]:
        return reading_json(read_all(body))


def test_a_real_page_and_its_pdf_become_one_report_that_says_what_both_print(tmp_path: Path) -> None:
    truth = make("publish/1", organization="北京市西城区虚构局", year=2024, busy=0.3)
    desk = Desk(tmp_path)
    desk.reader = InProcess()
    body = pdf(truth)
    attached = desk.capture("/a.pdf", body, role="attachment", hints={"parent": f"{HOST}/a.html"})
    said = truth.published.isoformat()
    page, file = desk.crawl(("/a.html", html.page(truth)), (attached, body), published=said)
    desk.publish()
    report = desk.reports()[NAME]
    expected = truth.to_json()
    assert {key: report[key] for key in expected} == expected
    assert {source["sha256"] for source in report["sources"]} == {page, file}
    assert {evidence["document"] for evidence in report["evidence"].values()} == {page}
    assert "sources-differ" not in codes(report)

    path = "requests.received.natural_person"
    desk.crawl(("/a.html", html.page(with_cell(truth, path, 12345))))
    desk.publish()
    report = desk.reports()[NAME]
    assert report["requests"]["received"]["natural_person"] == 12345
    assert [f["where"] for f in report["findings"] if f["code"] == "sources-differ"] == [path]


@pytest.mark.parametrize(
    "said", [(None, None), (None, 2024), ("北京市西城区虚构局", None), ("西城区虚构局", 2024)]
)
def test_an_attachment_is_its_pages_whatever_it_leaves_out(
    desk: Desk, said: tuple[str | None, int | None]
) -> None:
    desk.crawl(("/a.html", document()))
    body = document(*said, rules=2)
    attached = desk.capture("/a.pdf", body, role="attachment", hints={"parent": f"{HOST}/a.html"})
    desk.crawl((attached, body))
    done = desk.publish()
    assert done.published == (NAME,)
    assert desk.reports()[NAME]["active_disclosure"] == {"rules": {"issued": 2}}


def test_an_attachment_whose_name_only_ends_like_its_pages_is_another_body(desk: Desk) -> None:
    desk.crawl(("/a.html", document("街道办事处")))
    body = document("虚构甲街道办事处", rules=2)
    attached = desk.capture("/a.pdf", body, role="attachment", hints={"parent": f"{HOST}/a.html"})
    desk.crawl((attached, body))
    assert desk.publish().published == ((2024, "虚构甲街道办事处"), (2024, "街道办事处"))


def test_an_attachment_of_another_year_is_a_report_of_its_own(desk: Desk) -> None:
    desk.crawl(("/a.html", document()))
    body = document(year=2023)
    attached = desk.capture("/a.pdf", body, role="attachment", hints={"parent": f"{HOST}/a.html"})
    desk.crawl((attached, body))
    assert desk.publish().published == ((2023, NAME[1]), NAME)


def test_the_list_entry_says_what_the_document_leaves_open(desk: Desk) -> None:
    desk.crawl(("/a.html", document(None, None)), organization=NAME[1], year=2024, published="2025-01-20")
    assert desk.publish().published == (NAME,)
    assert desk.reports()[NAME]["published"] == "2025-01-20"
    assert {"organization-unknown", "year-conflict"} <= set(codes(desk.reports()[NAME]))


def test_what_is_no_report_is_left_out_by_name(desk: Desk) -> None:
    (letter, lost) = desk.crawl(
        ("/letter.html", document(is_report=False)), ("/lost.html", document(None, None))
    )
    done = desk.publish()
    assert desk.reports() == {}
    assert [(left.url, left.sha256, left.reason) for left in done.refused] == sorted(
        [
            (f"{HOST}/letter.html", letter, "a letter"),
            (
                f"{HOST}/lost.html",
                lost,
                "neither the document nor its list entry states the organization and the year",
            ),
        ],
        key=lambda left: left[1],
    )


def test_what_cannot_be_read_is_left_out_by_name_and_takes_no_report_away(desk: Desk) -> None:
    desk.crawl(("/a.html", document()))
    desk.publish()
    (digest,) = desk.crawl(("/a.html", b"damaged"))
    done = desk.publish()
    assert [(left.sha256, left.reason) for left in done.unread] == [(digest, "the document is damaged")]
    report = desk.reports()[NAME]
    assert report["requests"] == {"received": {"total": 3}}
    assert codes(report) == ["no-current-source"]


def test_a_reader_that_fails_for_a_while_takes_no_report_away(desk: Desk) -> None:
    desk.crawl(("/a.html", document()))
    desk.publish()
    before = desk.files()
    for path in (desk.folder / "archive" / "parses").rglob("*.json"):
        path.unlink()
    desk.plain.broken = True
    done = desk.publish()
    assert (done.removed, len(done.unread)) == ((), 1)
    assert desk.files() == before


def test_a_document_that_the_reader_stumbles_over_keeps_no_other_from_being_published(desk: Desk) -> None:
    """What `document` did not write is no JSON, and this reader does not foresee it."""
    desk.crawl(("/a.html", document()), ("/b.html", b"{ unforeseen"))
    done = desk.publish()
    assert done.published == (NAME,)
    assert [left.url for left in done.unread] == [f"{HOST}/b.html"]
    assert "a bug in the reader" in done.unread[0].reason


def test_without_a_reader_new_bodies_count_as_unread(desk: Desk) -> None:
    from pipelines.publish import publish

    desk.crawl(("/a.html", document()))
    with desk.open() as archive:
        done = publish(archive, SITE)
    assert [left.reason for left in done.unread] == ["not read yet by this version of the parser"]


@pytest.mark.parametrize("flag", ["truncated", "blocked", "soft-404", "too-large"])
def test_a_page_that_is_not_the_document_supersedes_nothing(desk: Desk, flag: str) -> None:
    desk.crawl(("/a.html", document()))
    body = document(received=9)
    desk.crawl((desk.capture("/a.html", body, flags=(flag,)), body))
    done = desk.publish()
    assert len(done.unread) == 1
    report = desk.reports()[NAME]
    assert report["requests"] == {"received": {"total": 3}}
    assert codes(report) == []


def test_a_coded_body_is_decoded_before_it_is_read_and_named_as_received(desk: Desk) -> None:
    body = gzip.compress(document(), mtime=0)
    capture = desk.capture("/a.html", body, headers=(("Content-Encoding", "gzip"),))
    (digest,) = desk.crawl((capture, body))
    desk.publish()
    report = desk.reports()[NAME]
    assert report["sources"][0]["sha256"] == digest
    assert report["evidence"]["requests.received.total"]["document"] == digest


def test_a_cut_coded_body_is_unread(desk: Desk) -> None:
    body = gzip.compress(document(), mtime=0)[:-9]
    capture = desk.capture("/a.html", body, headers=(("Content-Encoding", "gzip"),))
    desk.crawl((capture, body))
    (left,) = desk.publish().unread
    assert "ends before its end" in left.reason


def test_a_damaged_reading_is_made_again(desk: Desk) -> None:
    desk.crawl(("/a.html", document()))
    desk.publish()
    before = desk.files()
    (path,) = (desk.folder / "archive" / "parses" / PARSER_VERSION).rglob("*.json")
    path.chmod(0o644)
    path.write_text('{"schema": "something else"}')
    desk.publish()
    assert desk.plain.asked == 2
    assert desk.files() == before


@pytest.mark.parametrize("left", [b"", b"{", b"[]\n", b"{}\n", b'{"schema": "gongkai.report/1"}\n', b"\xff"])
def test_what_is_no_report_any_more_is_published_again_and_stops_nothing(desk: Desk, left: bytes) -> None:
    desk.crawl(("/1.html", document()), ("/2.html", document("北京市西城区示例局")))
    desk.publish()
    before = desk.files()
    with desk.open() as archive:
        for key in list(archive.store.list("reports/")):
            archive.store.replace(key, left)
    desk.publish()
    assert desk.files() == before


def test_last_years_report_is_compared_whichever_came_first(desk: Desk) -> None:
    desk.crawl(("/2024.html", document(carried=(5, 0))))
    desk.publish()
    assert codes(desk.reports()[NAME]) == []
    digests = desk.crawl(("/2023.html", document(year=2023, carried=(0, 4))))
    desk.publish(digests)
    assert codes(desk.reports()[NAME]) == ["carry-over"]
    digests = desk.crawl(("/2023.html", document(year=2023, carried=(0, 5))))
    desk.publish(digests)
    assert codes(desk.reports()[NAME]) == []


def test_a_page_that_holds_next_years_report_by_now_keeps_this_years(desk: Desk) -> None:
    desk.crawl(("/latest.html", document(year=2023)))
    desk.crawl(("/latest.html", document(year=2024)))
    desk.publish()
    reports = desk.reports()
    assert codes(reports[2023, NAME[1]]) == ["no-current-source"]
    assert codes(reports[NAME]) == []


def test_a_report_that_its_documents_left_for_another_is_taken_away(desk: Desk) -> None:
    """The attachment was published before its page was there, under the shorter name that it prints."""
    body = document("西城区虚构局")
    hints = {"parent": f"{HOST}/a.html"}
    first = desk.crawl((desk.capture("/a.pdf", body, role="attachment", hints=hints), body))
    desk.publish(first)
    assert set(desk.reports()) == {(2024, "西城区虚构局")}
    done = desk.publish(desk.crawl(("/a.html", document(note="page"))))
    assert done.removed == ((2024, "西城区虚构局"),)
    assert set(desk.reports()) == {NAME}


@pytest.mark.parametrize("seed", range(6))
def test_folding_piece_by_piece_gives_the_same_bytes_as_folding_all(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few addresses, bodies and years, so that documents meet, move, come back and refer to each other."""
    if seed % 2:  # what is not kept in memory is looked up again
        for limit in ("readings.KEPT", "readings.NAMES_KEPT", "versions.KEPT"):
            monkeypatch.setattr(f"pipelines.{limit}", 1)
    rng = random.Random(seed)
    pieces, whole = Desk(tmp_path / "pieces"), Desk(tmp_path / "whole")
    for _ in range(8):
        visit = [_captured(rng) for _ in range(rng.randint(1, 4))]
        before = timedelta(days=rng.choice([0, 0, 3]))  # what another machine captured earlier is known later
        digests = [desk.crawl(*(_at(desk, *one, before=before) for one in visit)) for desk in (pieces, whole)]
        assert digests[0] == digests[1]
        pieces.publish(digests[0])
    whole.publish()
    assert pieces.files() == whole.files()
    assert pieces.publish().published == ()
    assert pieces.files() == whole.files()


def _captured(rng: random.Random) -> tuple[str, bytes, dict[str, str | int]]:
    """An address, what stood there, and what was said of it."""
    page = rng.choice("abcd")
    body = document(
        rng.choice([None, "北京市西城区虚构局", "西城区虚构局", "北京市西城区示例局"]),
        rng.choice([None, 2023, 2024]),
        received=rng.randint(3, 4),
        rules=rng.choice([None, 1]),
        carried=(rng.randint(0, 1), rng.randint(0, 1)),
        is_report=rng.random() < 0.9,
    )
    hints: dict[str, str | int] = {}
    if rng.random() < 0.3:
        hints["organization"] = rng.choice(["北京市西城区虚构局", "北京市西城区示例局"])
    if rng.random() < 0.3:
        hints["year"] = rng.choice([2023, 2024])
    if rng.random() < 0.5:
        return f"/{page}.html", body, hints
    return f"/{page}.pdf", body, hints | {"parent": f"{HOST}/{page}.html"}


def _at(
    desk: Desk, path: str, body: bytes, hints: dict[str, str | int], *, before: timedelta
) -> tuple[Capture, bytes]:
    role: Role = "attachment" if path.endswith(".pdf") else "report"
    capture = desk.capture(path, body, role=role, hints=hints)
    return replace(capture, received=capture.received - before), body


def test_publishing_a_page_looks_at_no_more_in_a_large_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: dict[int, Counter[str]] = {}
    for size in (5, 50):
        desk = Desk(tmp_path / str(size))
        desk.crawl(*((f"/{n}.html", document(f"虚县第{n}局", note=str(n))) for n in range(size)))
        desk.publish()
        digests = desk.crawl(("/1.html", document("虚县第1局", note="changed", received=7)))
        counts = looked[size] = Counter[str]()

        def counted(
            what: str, asked: Callable[..., Any], counts: Counter[str] = counts
        ) -> Callable[..., Any]:
            def ask(*given: Any) -> Any:
                counts[what] += 1
                return asked(*given)

            return ask

        with monkeypatch.context() as patch, desk.open() as archive:
            patch.setattr(Capture, "from_line", counted("line", Capture.from_line))
            patch.setattr(archive.store, "get", counted("get", archive.store.get))
            done = publish(archive, SITE, desk.reader, digests)
            assert done.published == ((2024, "虚县第1局"),)
    assert looked[5] == looked[50]
    assert looked[5]["line"] == 2


def test_a_hint_that_turns_up_later_moves_the_document(desk: Desk) -> None:
    desk.crawl(("/a.html", document(None, 2024)))
    assert desk.publish().published == ()
    digests = desk.crawl(("/a.html", document(None, 2024)), organization=NAME[1])
    assert desk.publish(digests).published == (NAME,)
    digests = desk.crawl(("/a.html", document(None, 2024)), organization="北京市西城区改了名的局")
    assert desk.publish(digests).published == ()
