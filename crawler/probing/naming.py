"""Whose site it is: name, division code and key, from what its pages say of themselves. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrapy.http import TextResponse

SITE_CODE = re.compile(r"网站标识码\s*[:：]?\s*(\d{10})")
"""Ten digits in a site's footer; the first six are the division code."""
NOT_A_NAME = re.compile(
    r"(人民)?政府(门户)?(官方)?网站?$|(门户|官方|政务|公众|信息)?(网站|官网|信息网|政务网)$|人民政府(办公室)?$|首页$"
)
"""What a site's name says beyond the place's or body's own."""
LONGEST = 40
"""Characters; what is longer is no name."""
PARTS = re.compile(r"[-_|—–·>]+")


def meta(page: TextResponse, name: str) -> str | None:
    """The content of a meta tag, whatever the case of its name (cms-families 0.1)."""
    for tag in page.xpath("//meta[@name and @content]"):
        if tag.attrib["name"].lower() == name.lower() and (value := " ".join(tag.attrib["content"].split())):
            return value
    return None


def name_of_site(page: TextResponse) -> str | None:
    """The place or body whose site it is, by the meta tag SiteName, else by the title."""
    title = " ".join(page.xpath("string(//title)").get("").split())
    for said in (meta(page, "SiteName"), *reversed(PARTS.split(title))):
        name = (said or "").strip()
        while (shorter := NOT_A_NAME.sub("", name).strip()) != name:
            name = shorter
        if 2 <= len(name) <= LONGEST and re.search(r"[\u4e00-\u9fff]{2}", name):
            return name
    return None


def code_of_site(page: TextResponse) -> str | None:
    """The division code (GB/T 2260) in the site's 网站标识码, from the meta tag SiteIDCode or the footer."""
    said = meta(page, "SiteIDCode") or ""
    if re.fullmatch(r"\d{10}", said):
        return said[:6]
    footer = SITE_CODE.search(
        "".join(page.xpath("//body//text()[contains(., '标识码')]/..//text()").getall())
    )
    return footer[1][:6] if footer else None


def key_of_site(host: str, taken: Collection[str]) -> str:
    """A short key made of the host (`bjxch`, `gaj-lyg`), none of `taken`."""
    labels = [
        label
        for label in host.partition(":")[0].lower().split(".")
        if label not in ("gov", "cn", "com", "org")
    ]
    if all(label.isdigit() for label in labels):
        labels = ["site", *labels]
    if labels[0] in ("www", "public", "zfxxgk", "xxgk", "zwgk", "gk", "data") and len(labels) > 1:
        labels = labels[1:]
    key = re.sub(r"[^a-z0-9-]", "-", "-".join(labels)).strip("-")
    key = (key if key[:1].isalpha() else f"x{key}")[:28].rstrip("-") or "site"
    if len(key) < 2:
        key = f"{key}-site"
    tried, number = key, 2
    while tried in taken:
        tried, number = f"{key}-{number}", number + 1
    return tried
