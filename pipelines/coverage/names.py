"""Which names are one body's, and of which kind a body is. Pure; each name of a site is asked for often.

Two names that this module takes for one become one row: it must be sure. Where it only suspects that two are
one (`related`), nothing is joined, but nobody is called missing either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from pipelines.coverage.model import Kind
from pipelines.report.labels import fold
from pipelines.report.names import agree, without_aside

GOVERNMENT = "人民政府"
"""What `key` makes of all names of the place's own government."""
_UNITS = "省市区县旗州盟"
_UNIT_FIRST = re.compile(r"(?:市|区|县|旗|州)(?!场|政|容|域|划|长|志|情)(?=.{3,})")
"""The level that lists say in place of the place's name: 区教育局; 市场监督管理局 is none."""
_TOWNSHIP = re.compile(r"(?:(?:街道|镇|乡|苏木)(?:人民政府|政府|办事处|办公室|办|党政办公室)?|地区办事处)$")
_TOWNSHIP_OFFICE = re.compile(r"(?:街道|镇|乡)(?:.{2,}(?:所|站|中心|队))$")
"""They are no departments of a government at county level."""
_ZONE = re.compile(
    r"(?:开发|高新|园|景|度假|保税|示范|试验|合作|自贸|新)区.{0,12}(?:管理委员会|管委会)|[产工科]?[业技]园.{0,9}(?:管理委员会|管委会)"
)
"""A zone's administration is a government's outpost and no department; 城市管理委员会 is one."""
_GOVERNMENT = re.compile(rf"[{_UNITS}](?:人民)?政府$")
_INSTITUTION = re.compile(
    r"(?:大学|学院|学校|小学|中学|幼儿园|医院|卫生院|公司|集团|银行|供水|供电|供热|燃气)$"
)
_STRUCTURE = re.compile(
    r"委员会|办公室|办公厅|办事处|人民政府|政府|街道|管理|工作|服务|中心|事务|行政|局|委|办|厅|部|署|所|院|[镇乡区县市]"
)


@lru_cache(maxsize=100_000)
def key(name: str, place: str) -> str:
    """What is the same for all ways of writing one body's name on the site of `place` (北京市西城区).

    Without the place in front, or the parts of it that stand for it alone (西城区, 区), without asides such
    as （本级）; 虚构镇人民政府 is 虚构镇, 街道办事处 is 街道, and the place's own government is 人民政府.
    """
    solid = without_aside(fold(name))
    rest = solid
    for part in sorted(_parts(fold(place)), key=len, reverse=True):
        if solid.startswith(part):
            rest = solid.removeprefix(part)
            break
    rest = _UNIT_FIRST.sub("", rest, count=1) if _UNIT_FIRST.match(rest) else rest
    rest = re.sub(r"^(?:人民)?政府(?=.+(?:街道|镇|乡))", "", rest)
    rest = re.sub(r"(街道)(?:办事处|办)$", r"\1", rest)
    rest = re.sub(r"((?:镇|乡|苏木))(?:人民)?政府$", r"\1", rest)
    if rest in ("", "政府", "人民政府"):
        return GOVERNMENT if rest or solid else solid
    return rest


def kind_of(name: str, place: str) -> Kind:
    """What kind of body the name is of; the registry says otherwise where this is wrong."""
    known = key(name, place)
    if known == GOVERNMENT:
        return "government"
    if _TOWNSHIP.search(known):
        return "township"
    if _INSTITUTION.search(known) or _TOWNSHIP_OFFICE.search(known) or _ZONE.search(known):
        return "institution"
    if _GOVERNMENT.search(known):
        return "government"
    return "department"


def related(one: str, other: str, place: str, common: frozenset[str] = frozenset()) -> bool:
    """Whether the two may be one body, or one may have taken over the other's duties.

    卫生和计划生育局 and 卫生健康委员会 share 卫生; 发改委 abbreviates 发展和改革委员会; an office writes its
    government's report. `common`: what so many names of the site have that it tells nothing.
    """
    first, second = key(one, place), key(other, place)
    if first == second or agree(first, second):
        return True
    return bool((duties(one, place) & duties(other, place)) - common)


@lru_cache(maxsize=100_000)
def duties(name: str, place: str) -> frozenset[str]:
    """Every two letters that follow each other in the name and are no form of office: 卫生, 生健, 健康."""
    pieces = _STRUCTURE.split(key(name, place))
    return frozenset(piece[at : at + 2] for piece in pieces for at in range(len(piece) - 1))


def _parts(place: str) -> Iterator[str]:
    """The place's name and its ends that are a place's name too: 北京市西城区, 西城区."""
    if not place:
        return
    yield place
    for at, letter in enumerate(place[:-1]):
        if letter in _UNITS and at >= 1 and len(place) - at > 2:
            yield place[at + 1 :]
