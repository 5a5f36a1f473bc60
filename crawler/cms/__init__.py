"""The CMS families that government sites run on, one module for each."""

from __future__ import annotations

from crawler.cms.epoint import Epoint
from crawler.cms.family import Family
from crawler.cms.generic import Generic
from crawler.cms.gkmlpt import Gkmlpt
from crawler.cms.hanweb import Hanweb
from crawler.cms.hanweb_xxgk import HanwebXxgk
from crawler.cms.hebei import Hebei
from crawler.cms.huilan import Huilan
from crawler.cms.jpaas import Jpaas
from crawler.cms.lonsun import Lonsun
from crawler.cms.model import Entry, ListPage
from crawler.cms.openness import Openness
from crawler.cms.query import Query
from crawler.cms.shandong import Shandong
from crawler.cms.shanghai import Shanghai
from crawler.cms.trs import Trs
from crawler.cms.truecms import TrueCms
from crawler.cms.ucap import Ucap
from crawler.cms.vsb import Vsb
from crawler.cms.xicheng import Xicheng

FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Gkmlpt(),
        Jpaas(),
        Hanweb(),
        HanwebXxgk(),
        TrueCms(),
        Epoint(),
        Lonsun(),
        Openness(),
        Ucap(),
        Vsb(),
        Huilan(),
        Shandong(),
        Hebei(),
        Xicheng(),
        Shanghai(),
        Trs(),
        Query(),
        Generic(),
    )
}
"""In the order in which a page is tested: the more telling signs first (cms-families 1)."""

__all__ = ["FAMILIES", "Entry", "Family", "ListPage"]
