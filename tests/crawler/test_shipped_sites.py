"""The registry that ships: whole, in order, and honest about what nobody has confirmed."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from datetime import date
from itertools import combinations
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.addresses import refusal
from crawler.cms import FAMILIES
from crawler.cms.rows import path_of
from crawler.provinces import province_file
from crawler.sites import SHIPPED, Site, load_sites

SITES = load_sites("")
SHIPPED_SITES = [site for site in SITES.values() if site.source.parent == SHIPPED]
DIVISIONS = dict(
    line.split("\t")
    for line in (Path(__file__).parent / "divisions.tsv").read_text(encoding="utf-8").splitlines()
)
"""Codes of GB/T 2260 with full names, as two public tables of divisions have them (cpca 0.5.5 and
china-division 2.7.0, which agree where both know a code)."""

each_site = pytest.mark.parametrize("site", SHIPPED_SITES, ids=lambda site: site.key)


def test_the_registry_covers_what_was_seen() -> None:
    assert len(SHIPPED_SITES) >= 110
    assert len({site.source for site in SHIPPED_SITES}) >= 28
    families = Counter(site.family for site in SHIPPED_SITES)
    assert {"trs", "hanweb", "jpaas", "ucap", "gkmlpt", "generic"} <= families.keys() <= FAMILIES.keys()


@each_site
def test_an_entry_stands_in_its_provinces_file_with_a_code_and_the_name_that_goes_with_it(site: Site) -> None:
    assert site.code is not None
    assert site.source.stem == province_file(site.code)
    assert site.code in DIVISIONS, (
        "add the code and its full name to divisions.tsv, from a table of divisions"
    )
    place = DIVISIONS[site.code]
    # A zone without a code of its own stands under its city: 河北省石家庄高新技术产业开发区.
    assert site.name.startswith((place, place.removesuffix("市")))


@each_site
def test_seeds_and_directories_are_addresses_of_the_sites_own_hosts(site: Site) -> None:
    for address in (*site.seeds, *site.directories):
        assert urlsplit(address).netloc in site.hosts
        assert refusal(address, site.hosts) is None
    for host in site.hosts:
        assert host.endswith(".gov.cn")


@each_site
def test_a_seed_is_a_list_or_a_report_that_its_family_knows_by_address(site: Site) -> None:
    family = FAMILIES[site.family]
    for seed in site.seeds:
        folder = re.search(r"/(index\.\w+)?$", seed)  # numbered folders may be columns and articles alike
        assert family.report(seed) is not None or folder or not family.articles.search(path_of(seed))


@each_site
def test_what_nobody_probed_says_what_is_unverified(site: Site) -> None:
    assert site.probed or site.unverified
    for text in site.unverified:
        assert sum(character.isascii() for character in text) > len(text) * 0.8  # English
        assert text == text.strip()
        assert not text.endswith(".")


@each_site
def test_known_years_are_years_that_have_ended(site: Site) -> None:
    assert list(site.known_years) == sorted(set(site.known_years))
    assert all(year < date.today().year for year in site.known_years)  # noqa: DTZ011  a day more or less


def test_no_two_entries_crawl_the_same_lists() -> None:
    for one, other in combinations(SHIPPED_SITES, 2):
        if set(one.hosts) & set(other.hosts):
            for a in one.seeds:
                for b in other.seeds:
                    assert not a.startswith(b), (one.key, other.key)
                    assert not b.startswith(a), (one.key, other.key)


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.toml")), ids=lambda file: file.stem)
def test_a_file_is_in_the_order_of_codes_and_ends_with_a_line(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    codes = [table["code"] for table in tables.values()]
    assert codes == sorted(codes)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
