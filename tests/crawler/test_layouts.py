"""Layouts of annual columns that only a whole crawl shows to be right, by what is published in the end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.crawler.crawling import Crawl
from tests.replica import Replica
from tests.replica.district import District
from tests.replica.district_parent import COLUMN
from tests.replica.families import all_districts

pytestmark = pytest.mark.xdist_group("layouts")


def small(layout: str) -> type[District]:
    """A played district of that layout with a few reports of one year."""
    base = next(district for district in all_districts() if layout in district.layout)
    few = {"years": (2024,), "offices": 4, "towns": 0, "pdf_share": 0, "decoys": False, "absences": False}
    return type("Small", (base,), few)


def crawl(district: type[District], replica: Replica, folder: Path, *more: str) -> Crawl:
    """A crawl of the district from its annual columns, and of `more` addresses."""
    played = district(1)
    tops = [top for top in played.portal.children if top.kind == "annual"]
    seeds = [f"{district.scheme}://{district.host}{played.column_path(top)}" for top in tops]
    entry = f"""
        [bjxch]
        name = "{district.place}"
        code = "000000"
        family = "{district.family}"
        hosts = {json.dumps(district.hosts)}
        seeds = {json.dumps([*seeds, *more])}
    """
    (folder / "own.toml").write_text(entry, encoding="utf-8")
    done = Crawl(replica, folder)
    result = done.run(GONGKAI_SITES=str(folder / "own.toml"))
    assert result.code == 0, result.err
    return done


def test_what_a_parent_portal_publishes_again_is_one_report_with_both_sources(tmp_path: Path) -> None:
    district = small("parent-portal")
    with Replica(sites=[district]) as replica:
        parent = f"{district.scheme}://{district.parent_host}{COLUMN}"
        done = crawl(district, replica, tmp_path, parent)
        truth = replica.truth()
    reports = done.reports()
    assert set(reports) == set(truth)
    twice = {name: entry for name, entry in truth.items() if entry["also"]}
    assert twice
    for name, entry in twice.items():
        sources = {source["url"] for source in reports[name]["sources"]}
        assert {entry["url"], *entry["also"]} <= sources


def test_columns_that_are_themselves_reports_are_published(tmp_path: Path) -> None:
    district = small("page-is-report")
    with Replica(sites=[district]) as replica:
        done = crawl(district, replica, tmp_path)
        truth = replica.truth()
        assert set(done.reports()) == set(truth)
        (record,) = done.runs()
        assert record["reports"] == len(truth)
        asked = [request.url for request in replica.log if request.method == "GET"]
    assert len(asked) == len(set(asked))
