"""Bodies that hold several documents: each report finds its own place in the archive, and keeps it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipelines.folding import HOST, Desk, container, document

ONE, OTHER = (2024, "北京市西城区虚构局"), (2024, "北京市西城区示例局")
PAGE = {"parent": f"{HOST}/a.html"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def attach(desk: Desk, body: bytes, path: str = "/a.zip", **hints: str | int) -> str:
    capture = desk.capture(path, body, role="attachment", hints=PAGE | hints)
    return desk.crawl((capture, body))[0]


def test_an_archive_of_two_bodies_reports_is_two_published_reports(desk: Desk) -> None:
    body = container(**{"一.docx": document(ONE[1], received=3), "二.docx": document(OTHER[1], received=4)})
    digest = attach(desk, body, organization="北京市西城区人民政府", year=2024)
    assert set(desk.publish().published) == {ONE, OTHER}
    for name, member, total in ((ONE, "一.docx", 3), (OTHER, "二.docx", 4)):
        report = desk.reports()[name]
        assert report["requests"]["received"]["total"] == total
        assert [(source["sha256"], source["member"]) for source in report["sources"]] == [(digest, member)]
        assert report["evidence"]["requests.received.total"]["member"] == member
    before = desk.files()
    assert desk.publish().published == ()
    assert desk.files() == before


def test_what_is_said_of_an_archive_names_none_of_several_reports(desk: Desk) -> None:
    body = container(**{"1.docx": document(None, None), "2.docx": document(OTHER[1])})
    attach(desk, body, organization=ONE[1], year=2024)
    done = desk.publish()
    assert done.published == (OTHER,)
    assert [left.reason for left in done.refused] == [
        "1.docx: neither the document nor its list entry states the organization and the year"
    ]


def test_what_is_said_of_an_archive_names_its_only_report(desk: Desk) -> None:
    body = container(**{"1.docx": document(None, None), "2.docx": document(is_report=False)})
    attach(desk, body, organization=ONE[1], year=2024)
    assert desk.publish().published == (ONE,)
    assert [left.reason for left in desk.publish().refused] == ["2.docx: a letter"]


def test_the_only_report_of_an_attached_archive_belongs_to_its_page(desk: Desk) -> None:
    desk.crawl(("/a.html", document(received=3)))
    attach(desk, container(**{"1.docx": document(None, None, rules=2), "2.docx": document(is_report=False)}))
    desk.publish()
    report = desk.reports()[ONE]
    assert report["active_disclosure"]["rules"]["issued"] == 2
    assert [source.get("member") for source in report["sources"]] == [None, "1.docx"]


def test_a_file_name_names_a_report_that_nothing_else_names(desk: Desk) -> None:
    name = "年报/北京市西城区示例局2024年政府信息公开工作年度报告.docx"
    attach(desk, container(**{name: document(None, None), "2.docx": document()}))
    assert set(desk.publish().published) == {ONE, OTHER}
    codes = [finding["code"] for finding in desk.reports()[OTHER]["findings"]]
    assert codes.count("organization-unknown") == codes.count("year-conflict") == 1


def test_a_file_in_an_archive_that_cannot_be_read_is_unread_by_name(desk: Desk) -> None:
    body = container(**{"一.docx": document(), "二.docx": document(None, None, unread="it is damaged")})
    digest = attach(desk, body, organization=OTHER[1], year=2024)
    done = desk.publish()
    assert done.published == (ONE,)
    assert [(left.sha256, left.reason) for left in done.unread] == [(digest, "二.docx: it is damaged")]


def test_an_archive_replaced_by_one_without_a_report_says_so_of_that_report_alone(desk: Desk) -> None:
    both = container(**{"一.docx": document(ONE[1]), "二.docx": document(OTHER[1])})
    attach(desk, both)
    desk.publish()
    digest = attach(desk, container(**{"一.docx": document(ONE[1])}))
    done = desk.publish([digest])
    assert set(done.published) == {ONE, OTHER}
    codes = {name: [f["code"] for f in report["findings"]] for name, report in desk.reports().items()}
    assert "no-current-source" not in codes[ONE]
    assert "no-current-source" in codes[OTHER]


def test_an_archive_inside_out_publishes_the_same_bytes_piece_by_piece(tmp_path: Path) -> None:
    pieces, whole = Desk(tmp_path / "pieces"), Desk(tmp_path / "whole")
    visits = [
        ("/a.html", document(None, 2024)),
        ("/a.zip", container(a=document(ONE[1], received=3), b=document(OTHER[1], 2023))),
        ("/a.html", document(received=4)),
        ("/a.zip", container(a=document("西城区虚构局"), b=document(is_report=False))),
        ("/a.zip", container(a=document(ONE[1], received=3), b=document(OTHER[1], 2023))),
    ]
    for path, body in visits:
        for desk in (pieces, whole):
            hints = PAGE if path.endswith(".zip") else {}
            digests = desk.crawl((desk.capture(path, body, hints=hints), body))
            if desk is pieces:
                desk.publish(digests)
    whole.publish()
    assert pieces.files() == whole.files()
    assert pieces.publish().published == ()
