"""What a title says: that a text is named an annual disclosure report, whose, and of which year.

Owns the grammar of titles, as met in reference lists of published ones. Pure text in, values out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_YEAR = (
    r"(?:20[0-9]{2}|[二两][〇○零OＯ0oО◯]?[一二三四五六七八九〇○零0][一二三四五六七八九〇○零0]|２０[０-９]{2})"
)
_YEARS = re.compile(rf"[（(]?({_YEAR})(?:[-—至]{_YEAR})?\s*(?:年度|年)?[)）]?")
_YEAR_MARKED = re.compile(rf"({_YEAR})\s*年")
_SUBJECT = r"(?:政府信息(?:与政务|和政务)?公开|政务信息公开|政务公开|信息公开|政府信息)"
_KEY = re.compile(
    rf"{_SUBJECT}(?:年度)?(?:工作)?(?:情况)?的?[（(]?(?:{_YEAR})?年?度?[)）]?(?:年度)?(?:工作)?(?:情况)?的?(?:总结)?(?:年度)?(?:报告|年报)"
)
_NOTE = re.compile(r"[（(【\[][^（()）【】\[\]]{1,16}[)）】\]]$")
_SITE = re.compile(r"\s*(?:[_|｜]|\s[-–—]\s?|--|——|-(?=[^-]{2,20}$))\s*")
_NOT_ORGANIZATION = re.compile(
    r"[。，,；;：:！!？?<>=/〔〕]|本报告|编制|根据|按照|通知|关于做好|栏目|当前位置|首页|年报列表"
)
_FILE = re.compile(r"\.(?:pdf|docx?|wps|html?|ofd)$", re.IGNORECASE)
_PREFIX = re.compile(
    r"^(?:[【\[][^】\]]{1,10}[】\]]|附件[0-9一二三四五]?[:：.、]?|标题[:：]|[0-9]{1,2}[.、](?=[\u4e00-\u9fff]))"
)
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]+")
_DIGITS = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")} | dict.fromkeys("○零OＯoО◯", "0")
_OTHER_KINDS = re.compile(
    r"法治政府|通知$|的通知|的函$|关于印发|公告$|指南|目录|办法|实施细则|制度$|工作要点|实施方案|工作方案|解读|学年|"
    r"模板|样表|空表|填报说明|年度报告格式|简报|办事指南|统计年报|预算|决算|环境信息|企业信息"
)


@dataclass(frozen=True, slots=True)
class Title:
    """A title taken apart. `text` is as printed, without white space."""

    text: str
    organization: str | None
    year: int | None


def squeeze(text: str) -> str:
    """The text without white space."""
    return _UNSEEN.sub("", "".join(text.split()))


def year_of(text: str) -> int | None:
    """A printed year, Arabic or Chinese, as a number."""
    digits = "".join(_DIGITS.get(c, str(int(c)) if c.isdigit() else "") for c in text.replace("两", "二"))
    return int(digits) if len(digits) == 4 and digits.startswith("20") else None


def parse_title(text: str) -> Title | None:
    """The title that this text is, whole, or None where it is none of an annual disclosure report."""
    solid = _PREFIX.sub("", _FILE.sub("", squeeze(text))).strip("《》“”\"'·•>»*#.")
    if not 6 <= len(solid) <= 110:
        return None
    bare = _NOTE.sub("", solid) if not re.search(r"[（(](?:20[0-9]{2})[^（(]*$", solid) else solid
    keys = list(_KEY.finditer(bare))
    if not keys or not _ends(bare[keys[-1].end() :]):
        return None
    found = keys[-1]
    if len(keys) > 1:  # a column's or another printing's title stands before it
        bare, keys = bare[keys[-2].end() :], []
        found = next(reversed(list(_KEY.finditer(bare))), found)
    before = bare[: found.start()]
    if _NOT_ORGANIZATION.search(before.replace("：", "", 1) if before.startswith("关于") else before):
        return None
    if _OTHER_KINDS.search(solid):
        return None
    years = _YEAR_MARKED.findall(bare) or _YEARS.findall(bare)
    year = year_of(years[0]) if years else None
    organization = _organization(before)
    return Title(bare, organization, year)


def _ends(rest: str) -> bool:
    return (
        not rest
        or re.fullmatch(rf"[（(]?{_YEAR}年?度?[)）]?|[》”\"。.]|[（(].{{1,20}}[)）]", rest) is not None
    )


def _organization(before: str) -> str | None:
    text = re.sub(rf"[（(]?{_YEAR}(?:年度|年)?[)）]?", "", before) if re.search(_YEAR, before) else before
    text = re.sub(r"^关于", "", text)
    text = re.sub(r"(?:文件)?(?:关于|年度|开展|工作|发布|公布|法定主动公开内容|的|：|:)*$", "", text).strip(
        "-—_·•、《》“”\"'|>. "
    )
    text = re.sub(r"^年度?", "", text)
    if text.count("（") != text.count("）") or text.count("(") != text.count(")"):
        text = text.strip("（）()")
    return text if is_organization(text) else None


def is_organization(text: str) -> bool:
    """Whether the text can be a body's name: Chinese, of a name's length, not a pronoun."""
    han = re.findall(r"[\u3400-\u4dbf\u4e00-\u9fff]", text)
    if not 2 <= len(han) <= 50 or re.search(r"[0-9]{3,}|[。，；！？]", text):
        return False
    return text not in {
        "政府",
        "年度",
        "政务",
        "人民政府",
        "主动公开",
        "依申请",
        "历年",
        "本年度",
        "全市",
        "全区",
        "全县",
    } and not re.match(r"我[局委办区县镇乡街中单市省部]|本[局委办区县镇乡街中单市机级]|各|历年|最新", text)


def parse_page_title(text: str) -> Title | None:
    """The title in an HTML page's `<title>`, which the site's name may stand before or behind."""
    whole = parse_title(text) if not re.search(r"[_|｜]", text) else None
    if whole is not None:
        # "某县人民政府 信息公开年报 某县民政局2023年…报告": the site's names before, behind a space only.
        full = (title for part in text.split() if (title := parse_title(part)) is not None)
        return next((title for title in full if title.organization and title.year), whole)
    parts = [part for part in _SITE.split(text) if part]
    return next((title for part in parts if (title := parse_title(part)) is not None), None)


def other_kind(text: str) -> str | None:
    """The word by which a title says that the document is something else."""
    found = _OTHER_KINDS.search(squeeze(text))
    return None if found is None else found[0]
