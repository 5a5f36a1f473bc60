"""What is told of a site whose documents change, go and come back."""

from __future__ import annotations

import base64
import gzip
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from pipelines.history.changes import changes
from pipelines.history.finding import at_address
from pipelines.history.model import Change
from pipelines.report.changes import Change as Cell
from pipelines.report.read import PARSER_VERSION, read_all
from pipelines.report.stored import reading_json
from storage.archive import Archive
from tests.made import html
from tests.made.archives import zipped
from tests.made.pdf import pdf
from tests.made.truth import make, with_cell
from tests.pipelines.history.told import BEGIN, HOST, SITE, Told

TRUTH = make(1, year=2024)
PAGE = html.page(TRUTH)
TOTAL = int(TRUTH.requests["received"]["total"] or 0)
OTHER = html.page(with_cell(TRUTH, "requests.received.total", TOTAL + 1))


def kinds(found: list[Change]) -> list[str]:
    return [change.kind for change in found]


def test_what_is_seen_for_the_first_time_or_again_has_not_changed(told: Told) -> None:
    told.crawl(("/a.html", PAGE))
    told.crawl(("/a.html", None))
    told.crawl(("/a.html", PAGE))
    assert told.changes() == []


def test_a_digit_in_a_table_is_told_cell_by_cell(told: Told) -> None:
    (old,) = told.crawl(("/a.html", PAGE))
    told.crawl(("/a.html", None))
    (new,) = told.crawl(("/a.html", OTHER))
    (change,) = told.changes()
    assert change.kind == "tables"
    assert change.cells == (Cell("requests.received.total", TOTAL, TOTAL + 1),)
    assert (change.before, change.after, change.url) == (old, new, f"{HOST}/a.html")
    assert change.prose == ()
    assert change.last_seen < change.at
    assert change.last_seen.date() == (BEGIN + timedelta(days=1)).date()
    assert change.year == 2024


def test_a_word_of_prose_is_told_with_its_paragraph(told: Told) -> None:
    first, *rest = TRUTH.prose[1]
    changed = replace(
        TRUTH, prose=TRUTH.prose | {1: (first.replace("示例", "样例", 1) + "另有一事。", *rest)}
    )
    told.crawl(("/a.html", PAGE))
    told.crawl(("/a.html", html.page(changed)))
    (change,) = told.changes()
    assert change.kind == "prose"
    assert change.cells == ()
    (passage,) = change.prose
    assert passage.before == (first,)
    assert passage.after == (changed.prose[1][0],)


def test_a_page_that_is_gone_is_withdrawn_until_it_returns(told: Told) -> None:
    told.crawl(("/a.html", PAGE))
    told.crawl((told.answer("/a.html", status=404), b"gone"))
    told.crawl((told.answer("/a.html", flags=("soft-404",)), b"gone"))
    (gone,) = told.changes()
    assert (gone.kind, gone.confirmed, gone.until, gone.after) == ("withdrawn", 2, None, None)
    told.crawl(("/a.html", PAGE))
    again, back = told.changes()
    assert (again.id, again.until) == (gone.id, back.at)
    assert back.kind == "returned"


def test_a_page_that_no_list_names_any_more_is_withdrawn(told: Told) -> None:
    told.crawl(("/a.html", PAGE), ("/b.html", html.page(make(2))))
    told.crawl(("/b.html", None))
    (gone,) = told.changes()
    assert (gone.kind, gone.url, gone.confirmed) == ("withdrawn", f"{HOST}/a.html", 1)
    assert "no list" in gone.note
    told.crawl(("/a.html", None), ("/b.html", None))
    assert kinds(told.changes()) == ["withdrawn", "returned"]


def test_a_run_of_some_years_or_one_that_failed_says_nothing_of_what_it_did_not_name(told: Told) -> None:
    told.crawl(("/a.html", PAGE), ("/b.html", PAGE))
    told.crawl(("/b.html", None), years=[2024])
    told.crawl(("/b.html", None), complete=False)
    told.crawl(("/b.html", None), resting=[f"{HOST}/a.html"])
    assert told.changes() == []


def test_a_block_or_an_error_is_no_withdrawal(told: Told) -> None:
    told.crawl(("/a.html", PAGE))
    told.crawl((told.answer("/a.html", flags=("blocked",)), b"no"))
    told.crawl((told.answer("/a.html", status=503), b"no"))
    told.crawl((told.answer("/a.html", status=404, flags=("blocked",)), b"no"))
    assert told.changes() == []


def test_a_body_that_is_found_elsewhere_at_once_has_moved(told: Told) -> None:
    told.crawl(("/a.html", PAGE))
    told.crawl((told.answer("/a.html", status=404), b"gone"), ("/new/a.html", PAGE))
    (change,) = told.changes()
    assert (change.kind, change.moved_to) == ("moved", f"{HOST}/new/a.html")


def test_the_same_report_elsewhere_has_moved_and_its_figures_are_compared(told: Told) -> None:
    told.crawl(("/a.html", PAGE))
    told.crawl(("/new/a.html", OTHER))
    moved, tables = told.changes()
    assert (moved.kind, moved.url, moved.moved_to) == ("moved", f"{HOST}/a.html", f"{HOST}/new/a.html")
    assert (tables.kind, tables.url, tables.before_url) == ("tables", f"{HOST}/new/a.html", f"{HOST}/a.html")
    assert tables.cells == (Cell("requests.received.total", TOTAL, TOTAL + 1),)
    with told.open() as archive:
        assert [one.change for one in at_address(archive, [SITE], f"{HOST}/new/a.html")] == [tables]


def test_a_redirect_to_another_address_is_a_move_told_once(told: Told) -> None:
    told.crawl(("/a.html", PAGE))
    told.crawl((told.answer("/a.html", final="/new/a.html"), PAGE))
    told.crawl((told.answer("/a.html", final="/new/a.html"), PAGE), ("/new/a.html", PAGE))
    told.crawl(("/new/a.html", PAGE))
    (change,) = told.changes()
    assert (change.kind, change.moved_to) == ("moved", f"{HOST}/new/a.html")


def test_https_in_place_of_http_is_no_move(told: Told) -> None:
    told.crawl((told.answer("http://www.bjxch.gov.cn/a.html"), PAGE))
    told.crawl((told.answer("http://www.bjxch.gov.cn/a.html", final="/a.html"), PAGE))
    assert told.changes() == []


def test_a_file_in_place_of_the_page_s_tables_has_moved_or_changed_them(told: Told) -> None:
    around = html.wrap('<p>请看附件</p><a href="/f.pdf">附件：年度报告.pdf</a>', TRUTH.title)
    file = {"role": "attachment", "parent": f"{HOST}/a.html"}
    told.crawl(("/a.html", PAGE))
    told.crawl(("/a.html", around), (told.answer("/f.pdf", **file), pdf(TRUTH)))  # type: ignore[arg-type]
    (change,) = told.changes()
    assert (change.kind, change.url, change.moved_to) == ("moved", f"{HOST}/a.html", f"{HOST}/f.pdf")
    told.crawl(("/a.html", OTHER))
    back = [change for change in told.changes() if change.url == f"{HOST}/a.html"][-1]
    assert back.kind == "tables"
    assert back.cells == (Cell("requests.received.total", TOTAL, TOTAL + 1),)
    assert back.before_url == f"{HOST}/f.pdf"


def test_a_page_that_prints_no_report_any_more_is_withdrawn(told: Told) -> None:
    told.crawl(("/a.html", PAGE))
    told.crawl(("/a.html", html.wrap("<p>本网站正在升级改造，请稍后再来。</p>", "网站升级")))
    (change,) = told.changes()
    assert (change.kind, change.cells) == ("withdrawn", ())
    assert change.after is not None


def test_a_report_in_place_of_an_empty_page_changes_no_figure(told: Told) -> None:
    told.crawl(("/a.html", html.wrap("<p>正在整理中</p>", TRUTH.title)))
    told.crawl(("/a.html", PAGE))
    (change,) = told.changes()
    assert (change.kind, change.cells) == ("prose", ())


def test_a_pdf_in_place_of_the_page_at_its_own_address_is_compared(told: Told) -> None:
    told.crawl(("/a.html", PAGE))
    told.crawl(("/a.html", pdf(TRUTH)))
    told.crawl(("/a.html", pdf(with_cell(TRUTH, "requests.received.total", TOTAL + 1))))
    assert kinds(told.changes()) == ["attachment", "tables"]


def test_another_file_behind_the_page_s_link_is_told(told: Told) -> None:
    page = html.wrap('<p>请看附件</p><a href="/f{}.pdf?sid={}">附件：年度报告.pdf</a>', TRUTH.title).decode()
    told.crawl(("/a.html", page.format(1, "a7" * 9).encode()))
    told.crawl(("/a.html", page.format(1, "b7" * 9).encode()))
    told.crawl(("/a.html", page.format(2, "c7" * 9).encode()))
    noise, change = told.changes()
    assert noise.kind == "noise"
    assert change.kind == "attachment"
    assert f"{HOST}/f1.pdf?sid={'b7' * 9}" in change.note
    assert f"{HOST}/f2.pdf?sid={'c7' * 9}" in change.note


def test_a_body_that_is_lost_or_damaged_is_unread_unless_its_reading_is_known(told: Told) -> None:
    (old,) = told.crawl(("/a.html", PAGE))
    assert old is not None
    told.crawl(("/a.html", OTHER))
    path = told.folder / "archive" / "raw" / old[:2] / old
    path.chmod(0o644)
    path.write_bytes(b"<html>damaged")
    (change,) = told.changes()
    assert change.kind == "unread"
    assert old[:12] in change.note
    with told.open() as archive:
        archive.put_parse(PARSER_VERSION, old, reading_json(read_all(PAGE)))
    (change,) = told.changes()
    assert change.kind == "tables"
    assert "by what was read" in change.note
    path.unlink()
    assert told.changes()[0].kind == "tables"


def test_the_same_page_sent_in_another_coding_is_noise(told: Told) -> None:
    coded = (("Content-Encoding", "gzip"),)
    told.crawl(("/a.html", PAGE))
    told.crawl((told.answer("/a.html", headers=coded), gzip.compress(PAGE)))
    told.crawl((told.answer("/a.html", headers=coded), gzip.compress(OTHER)))
    assert kinds(told.changes()) == ["noise", "tables"]


def test_files_in_a_zip_are_compared_one_by_one(told: Told) -> None:
    rest = html.page(make(3, organization="虚构市另一局", year=2024))
    told.crawl(("/a.zip", zipped({"a.html": PAGE, "b.html": rest})))
    told.crawl(("/a.zip", zipped({"b.html": rest, "a.html": PAGE})))
    told.crawl(("/a.zip", None))
    told.crawl(("/a.zip", zipped({"a.html": OTHER, "b.html": rest})))
    told.crawl(("/a.zip", zipped({"a.html": OTHER})))
    first, second, third = told.changes()
    assert (first.kind, first.cells, first.prose) == ("attachment", (), ())
    assert second.cells == (Cell("a.html: requests.received.total", TOTAL, TOTAL + 1),)
    assert "b.html is gone in it" in third.note


def test_a_scan_that_cannot_be_read_here_is_unread(told: Told) -> None:
    png = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    told.crawl(("/a.png", png))
    told.crawl(("/a.png", png + b"\0"))
    (change,) = told.changes()
    assert change.kind == "unread"


def test_bytes_that_differ_on_every_visit_and_say_the_same_are_noise(told: Told) -> None:
    for number in range(4):
        told.crawl(("/f.pdf", pdf(TRUTH) + b"\n%" + str(number).encode()))
    assert kinds(told.changes()) == ["noise", "noise", "noise"]


def test_only_what_was_seen_since_is_told_and_opened(told: Told) -> None:
    told.crawl(("/a.html", PAGE))
    told.crawl(("/a.html", OTHER))
    since = told.now
    told.crawl(("/a.html", PAGE))
    whole = told.changes()
    assert kinds(whole) == ["tables", "tables"]
    assert "the same bytes as until 2025-02-01" in whole[1].note
    assert told.changes(since=since) == whole[1:]


def test_all_machines_tell_the_same(told: Told, tmp_path: Path) -> None:
    told.crawl(("/a.html", PAGE), ("/b.html", OTHER))
    told.crawl(("/a.html", OTHER))
    told.crawl(("/a.html", PAGE), ("/c.html", OTHER))
    here = told.changes()
    with Archive.open(str(told.folder / "archive"), state=tmp_path / "elsewhere") as archive:
        assert list(changes(archive, SITE)) == here
    assert len({change.id for change in here}) == len(here) >= 3


def test_words_beside_the_report_that_differ_on_every_visit_are_noise(told: Told) -> None:
    article = html.article(TRUTH)
    for word in "甲乙丙丁":
        told.crawl(("/a.html", html.wrap(f"{article}<p>为您推荐：{word}{word}示例</p>", TRUTH.title)))
    assert kinds(told.changes()) == ["noise", "noise", "noise"]


def test_words_of_the_report_that_differ_on_every_visit_are_told_each_time(told: Told) -> None:
    for word in "甲乙丙":
        first, *rest = TRUTH.prose[1]
        changed = replace(TRUTH, prose=TRUTH.prose | {1: (first + f"{word}。", *rest)})
        told.crawl(("/b.html", html.page(changed)))
    assert kinds(told.changes()) == ["prose", "prose"]


def test_words_beside_the_report_that_differ_once_are_told(told: Told) -> None:
    told.crawl(("/a.html", html.wrap(f"{html.article(TRUTH)}<p>注：一</p>", TRUTH.title)))
    told.crawl(("/a.html", html.wrap(f"{html.article(TRUTH)}<p>注：二</p>", TRUTH.title)))
    told.crawl(("/a.html", None))
    assert kinds(told.changes()) == ["prose"]


def test_a_page_that_is_built_otherwise_is_markup(told: Told) -> None:
    told.crawl(("/a.html", PAGE))
    for style in (
        html.Style(labels="spans"),
        html.Style(labels="breaks", padding=True, nested=True),
        html.Style(encoding="gb18030", declared=False, cell_paragraphs=True),
    ):
        told.crawl(("/a.html", html.page(TRUTH, style)))
        told.crawl(("/a.html", None))
    assert kinds(told.changes()) == ["markup", "markup", "markup"]


def test_labels_of_a_table_are_words_and_its_figures_are_not(told: Told) -> None:
    told.crawl(("/a.html", PAGE))
    told.crawl(("/a.html", html.page(TRUTH, html.Style(cut_requests=True))))
    told.crawl(("/a.html", None))
    (change,) = told.changes()
    assert (change.kind, change.cells) == ("prose", ())


def _within(extra: str) -> bytes:
    """The report's page with something before its second heading."""
    page = PAGE.decode()
    at = page.rindex("<p", 0, page.index("二、主动公开"))
    return (page[:at] + extra + page[at:]).encode()


def test_a_figure_of_the_report_beside_a_counter_s_label_is_told(told: Told) -> None:
    table = (
        "<table border=1><tr><td>项目</td><td>数值</td></tr><tr><td>网站访问量</td><td>{}</td></tr></table>"
    )
    for number in (120000, 350000):
        line = f"<p>网站访问量：{number}次</p>"
        told.crawl(("/a.html", _within(table.format(number))), ("/b.html", _within(line)))
    figures, words = told.changes()
    assert (figures.kind, [cell.after for cell in figures.cells]) == ("tables", ["350000"])
    assert (words.kind, words.prose[0].after) == ("prose", ("网站访问量：350000次",))


def test_a_counter_beside_the_report_is_none(told: Told) -> None:
    for number in (12, 13, 14):
        table = f"<table><tr><td>浏览次数</td><td>{number}</td></tr></table><p>阅读量：{number}</p>"
        told.crawl(("/a.html", html.wrap(f"{table}{html.article(TRUTH)}{table}", TRUTH.title)))
    assert set(kinds(told.changes())) == {"noise"}


def test_a_figure_of_the_report_is_no_link_because_a_page_s_number_is(told: Told) -> None:
    links = "<p><a href='/1.html'>1</a> <a href='/3.html'>3</a></p>"
    table = "<table border=1><tr><td>培训次数</td><td>{}</td></tr></table>"
    told.crawl(("/a.html", _within(links + table.format(1))))
    told.crawl(("/a.html", _within(links + table.format(3))))
    (change,) = told.changes()
    assert (change.kind, [cell.after for cell in change.cells]) == ("tables", ["3"])


def test_a_report_without_headings_that_is_corrected_on_every_visit_is_told_each_time(told: Told) -> None:
    title = "虚构县财政局2012年政府信息公开年度报告"
    text = "<p>{}</p><p>本机关全年主动公开政府信息{}条，收到申请3件。</p><p>没有收取费用。</p><p>推荐{}</p>"
    for number in (120, 135, 180):
        told.crawl(("/a.html", html.wrap(text.format(title, number, "一"), title)))
    assert kinds(told.changes()) == ["prose", "prose"]
    for word in "二三四":
        told.crawl(("/a.html", html.wrap(text.format(title, 180, word), title)))
    assert kinds(told.changes())[3:] == ["noise", "noise"]


def test_a_redirect_with_a_ticket_of_each_visit_is_no_move(told: Told) -> None:
    for ticket in ("00a1b1c2d3e4f5a6", "00a1-b1c2-d3e4-f5a7", "ST-1-00a1b1c2d3e4"):
        told.crawl((told.answer("/a.html", final=f"/show.html?id=7&ticket={ticket}"), PAGE))
    assert told.changes() == []
    told.crawl((told.answer("/a.html", final="/show.html?id=8&ticket=00a1b1c2d3e4f5a6"), PAGE))
    assert kinds(told.changes()) == ["moved"]
