"""The CMS families that government sites run on, one module for each."""

from __future__ import annotations

from crawler.cms.family import Family
from crawler.cms.model import Entry, ListPage
from crawler.cms.xicheng import Xicheng

FAMILIES: dict[str, Family] = {family.name: family for family in (Xicheng(),)}

__all__ = ["FAMILIES", "Entry", "Family", "ListPage"]
