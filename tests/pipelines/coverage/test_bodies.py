"""Which names are one body's: joined where that is sure, and nobody called missing where it may be."""

from __future__ import annotations

import pytest

from pipelines.coverage.model import BodyEntry, Kind
from pipelines.coverage.names import key, kind_of, related
from tests.pipelines.coverage.played import PLACE, Page, Played

DAY = "2025-06-02"


@pytest.mark.parametrize(
    "names",
    [
        ("虚构县财政局", "虚构省虚构县财政局", "县财政局", "财政局", "虚构县财政局（本级）"),
        ("虚构县人民政府", "虚构省虚构县人民政府", "县人民政府", "虚构县政府"),
        ("虚构县甲字街道办事处", "甲字街道", "虚构县人民政府甲字街道办事处", "县甲字街道办"),
        ("虚构县乙字镇人民政府", "乙字镇", "虚构县乙字镇政府"),
    ],
)
def test_ways_of_writing_one_name_are_one_body(names: tuple[str, ...]) -> None:
    assert len({key(name, PLACE) for name in names}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("虚构县人民政府", "虚构县人民政府办公室"),
        ("虚构县教育局", "虚构省教育厅"),
        ("虚构县市场监督管理局", "虚构县监督管理局"),
        ("甲字街道办事处", "甲字镇人民政府"),
        ("虚构县财政局", "虚构县财政局国库支付中心"),
        ("虚构县公安局", "虚构县公安局交警大队"),
    ],
)
def test_different_bodies_stay_apart(one: str, other: str) -> None:
    assert key(one, PLACE) != key(other, PLACE)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("虚构县人民政府", "government"),
        ("虚构省虚构县人民政府", "government"),
        ("虚构县人民政府办公室", "department"),
        ("虚构县财政局", "department"),
        ("甲字街道办事处", "township"),
        ("虚构县乙字镇人民政府", "township"),
        ("丙字乡", "township"),
        ("虚构县乙字镇中心卫生院", "institution"),
        ("虚构县第一中学", "institution"),
        ("虚构县城镇管理局", "department"),
        ("虚构县街道环境整治办公室", "department"),
        ("虚构县经济开发区管理委员会", "institution"),
        ("虚构县工业园管委会", "institution"),
        ("虚构县城市管理委员会", "department"),
        ("虚构县国有资产监督管理委员会", "department"),
        ("虚构县乡村振兴局", "department"),
        ("某某县人民政府", "government"),
        ("某某区政府", "government"),
        ("虚构县乙字镇财政所", "institution"),
        ("虚构县丁字地区办事处", "township"),
    ],
)
def test_kinds_are_guessed_from_the_name(name: str, kind: Kind) -> None:
    assert kind_of(name, PLACE) == kind


@pytest.mark.parametrize(
    ("one", "other", "yes"),
    [
        ("虚构县卫生和计划生育局", "虚构县卫生健康委员会", True),
        ("虚构县文化委员会", "虚构县文化和旅游局", True),
        ("虚构县发改委", "虚构县发展和改革委员会", True),
        ("虚构县人民政府", "虚构县人民政府办公室", True),
        ("虚构县财政局", "虚构县水利局", False),
    ],
)
def test_successors_are_suspected(one: str, other: str, yes: bool) -> None:
    assert related(one, other, PLACE) is yes


def test_a_report_under_a_longer_name_is_the_same_body_s(site: Played) -> None:
    site.put(Page("财政局", 2022, says="2023-01-15"), Page("虚构省虚构县财政局", 2023, says="2024-01-15"))
    site.put(Page("虚构县财政局", 2024, says="2025-01-15"))
    site.crawl("2025-02-10")
    row = site.body(DAY, "虚构县财政局")
    assert row.names == ("虚构县财政局", "虚构省虚构县财政局", "财政局")
    assert row.name == "虚构县财政局", "the newest name counts"
    assert [cell.state for cell in row.cells[-3:]] == ["on-time"] * 3


def test_a_new_name_s_body_may_be_the_old_one(site: Played) -> None:
    site.years("虚构县卫生和计划生育局", *range(2019, 2024))
    site.years("虚构县卫生健康委员会", 2024)
    site.years("虚构县司法局", 2024)
    site.crawl("2025-02-10")
    cell = site.cell(DAY, "虚构县卫生和计划生育局", 2024)
    assert cell.state == "unknown"
    assert cell.says("perhaps-renamed")
    assert site.cell(DAY, "虚构县审计局", 2024).state == "missing", "others are not excused by it"


def test_former_names_in_the_registry_make_one_row(site: Played) -> None:
    site.years("虚构县卫生和计划生育局", 2019, 2020)
    site.years("虚构县卫生健康委员会", 2021, 2022, 2023)
    site.years("虚构县司法局", 2024)
    site.crawl("2025-02-10")
    bodies = {"虚构县卫生健康委员会": BodyEntry(also=("虚构县卫生和计划生育局",))}
    row = site.body(DAY, "虚构县卫生健康委员会", bodies=bodies)
    assert [cell.state for cell in row.cells] == ["on-time"] * 5 + ["missing"]


def test_two_bodies_that_became_one_keep_their_rows(site: Played) -> None:
    site.years("虚构县文化局", 2019, 2020)
    site.years("虚构县旅游局", 2019, 2020)
    site.years("虚构县文化和旅游局", 2021, 2022, 2023)
    site.crawl("2025-02-10")
    for name in ("虚构县文化局", "虚构县旅游局"):
        row = site.body(DAY, name)
        assert {cell.state for cell in row.cells[2:]} == {"unknown"}
    ended = {"虚构县文化局": BodyEntry(last=2020)}
    row = site.body(DAY, "虚构县文化局", bodies=ended)
    assert {cell.state for cell in row.cells[2:]} == {"did-not-exist"}


def test_the_office_s_report_may_be_the_government_s(site: Played) -> None:
    site.years("虚构县人民政府", *range(2019, 2024))
    site.years("虚构县人民政府办公室", 2024)
    site.crawl("2025-04-10")
    cell = site.cell(DAY, "虚构县人民政府", 2024)
    assert cell.state == "unknown"
    assert cell.says("perhaps-renamed")


def test_where_both_publish_the_government_s_own_is_missing(site: Played) -> None:
    site.years("虚构县人民政府", *range(2019, 2024))
    site.years("虚构县人民政府办公室", *range(2019, 2025))
    site.crawl("2025-04-10")
    assert site.cell(DAY, "虚构县人民政府", 2024).state == "missing"


def test_a_document_that_names_another_body_is_its_list_entry_s_too(site: Played) -> None:
    site.years("虚构县财政局", *range(2019, 2024))
    site.put(Page("虚构县财政局", 2024, told="虚构县财政和经济局", says="2025-01-15"))
    site.crawl("2025-02-10")
    cell = site.cell(DAY, "虚构县财政局", 2024)
    assert cell.state == "on-time"
    assert cell.says("published-as")


def test_a_document_of_the_wrong_year_is_its_list_entry_s_too(site: Played) -> None:
    site.years("虚构县财政局", *range(2019, 2024))
    site.put(Page("虚构县财政局", 2024, told_year=2023, says="2025-01-15", url="/nb/wrong.html"))
    site.crawl("2025-02-10")
    cell = site.cell(DAY, "虚构县财政局", 2024)
    assert cell.state == "on-time"
    assert cell.says("year-doubtful")
    assert site.cell(DAY, "虚构县财政局", 2023).state == "on-time"


def test_what_the_list_alone_calls_so_is_never_late(site: Played) -> None:
    site.years("虚构县财政局", *range(2019, 2024))
    site.put(Page("虚构县财政局", 2024, told="虚构县财政和经济局", says="2025-03-15"))
    site.crawl("2025-02-10")
    site.crawl("2025-06-01")
    assert site.cell(DAY, "虚构县财政局", 2024).state == "undated"


def test_bodies_can_be_left_out(site: Played) -> None:
    site.crawl("2025-02-10")
    found = site.survey(DAY, bodies={"虚构县审计局": BodyEntry(ignore=True)})
    assert [body.name for body in found.bodies] == ["虚构县司法局"]
    assert found.ignored == ("虚构县审计局",)


def test_the_registry_s_kind_counts(site: Played) -> None:
    site.put(Page("虚构县甲字街道办事处", 2024, says="2025-02-20"))
    site.crawl("2025-06-01")
    assert site.cell(DAY, "虚构县甲字街道办事处", 2024).state == "on-time"
    entry = {"甲字街道": BodyEntry(kind="department")}
    assert site.cell(DAY, "虚构县甲字街道办事处", 2024, bodies=entry).state == "late"


def test_a_report_outside_a_body_s_years_is_told(site: Played) -> None:
    site.crawl("2025-02-10")
    cell = site.cell(DAY, "虚构县审计局", 2023, bodies={"虚构县审计局": BodyEntry(last=2022)})
    assert cell.state == "on-time"
    assert cell.says("outside-span")


def test_the_same_archive_gives_the_same_answer(site: Played) -> None:
    site.crawl("2025-02-10")
    first = site.survey(DAY).to_json()
    assert site.survey(DAY).to_json() == first


def test_an_archive_without_captures_has_no_bodies(site: Played) -> None:
    site.pages = {}
    site.crawl("2025-02-10", lists=("https://www.xugou.gov.cn/nb/index.html",))
    found = site.survey(DAY)
    assert found.bodies == ()
    assert found.years == (2024,)
