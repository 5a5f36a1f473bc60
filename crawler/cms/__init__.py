"""The CMS families that government sites run on, one module for each."""

from __future__ import annotations

from crawler.cms.family import Family
from crawler.cms.generic import Generic
from crawler.cms.gkmlpt import Gkmlpt
from crawler.cms.hanweb import Hanweb
from crawler.cms.hanweb_xxgk import HanwebXxgk
from crawler.cms.jpaas import Jpaas
from crawler.cms.lonsun import Lonsun
from crawler.cms.model import Entry, ListPage
from crawler.cms.trs import Trs
from crawler.cms.ucap import Ucap
from crawler.cms.xicheng import Xicheng

FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Gkmlpt(),
        Jpaas(),
        Hanweb(),
        HanwebXxgk(),
        Lonsun(),
        Ucap(),
        Xicheng(),
        Trs(),
        Generic(),
    )
}
"""In the order in which a page is tested: the more telling signs first (cms-families 1)."""

__all__ = ["FAMILIES", "Entry", "Family", "ListPage"]
