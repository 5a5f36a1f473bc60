"""What a title says: that a text is named an annual disclosure report, whose, and of which year.

Owns the grammar of titles: [name] [year] [words between] subject [year] 报告, in the orders met in print.
Pure text in, values out. What a body's name may be is `names`' to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pipelines.report.labels import simplified
from pipelines.report.names import is_certain, is_organization, is_place, without_aside

_YEAR = r"(?:(?<![0-9])20[0-9]{2}(?![0-9])|[二两][〇零○OoО0◯][一二三四五六七八九〇零○OoО0◯]{2})"
_YEAR_TOKEN = rf"[（(]?{_YEAR}(?:年度|年)?(?:度)?[)）]?"
_SPAN = re.compile(rf"({_YEAR})年?度?(?:[-—–－~～至到、和及与]|——)+({_YEAR})(?:年度|年)")
_YEAR_AT = re.compile(_YEAR_TOKEN)
_PLAIN = r"(?:政府信息|政务信息|(?:门户)?网站信息|政务|信息)(?:主动)?"
_ONE = rf"(?:(?:政府信息依申请|依申请|(?:法定)?主动|党务政务|政务服务信息|公共服务信息)|{_PLAIN})公开"
_BOTH = r"(?:政府信息[与和及、]政务|政务[与和及、]政府信息)公开"
_SUBJECT = rf"(?:{_ONE}(?:工作)?(?:[和与及暨、]|以及)?)*(?:{_BOTH}|{_PLAIN}公开|政府信息)"
_KEY = re.compile(
    rf"{_SUBJECT}(?:工作|情况|年度|年|的|总结|第[一二三四五]次|基本|{_YEAR_TOKEN}|[（(]{_YEAR}[-—至]{_YEAR}年?[)）])*(?:报告书?|年报)"
)
_NOTE = re.compile(r"[（(【\[][^（()）【】\[\]]{1,16}[)）】\]]$")
_SITE = re.compile(r"\s*(?:[_|｜丨¦>»＞]|\s[-–—－]+\s?|--|——|[-–—－](?=[^-–—－]{2,20}$))\s*")
_GLOSS = re.compile(r"(?<=[\u4e00-\u9fff])\([a-z\u00e0-\u00fc\u0101-\u01dc]{1,6}\)")
"""Pronunciation that mirrors print behind letters: 濟(jì)南."""
_SITE_MARK = re.compile(r"[_|｜丨>»]")
_LABEL = re.compile(r"[^:：]{1,12}[:：]")
_NO_LABEL = re.compile(r"来源|机构|作者|单位|部门[:：]|主办|发布|关于")
_LETTER_O = re.compile(r"2[OoО○〇](?=[0-9]{2}年)")
_FILE = re.compile(r"\.(?:pdf|docx?|wps|html?|ofd|xlsx?|rtf|txt|jpe?g|png)$", re.IGNORECASE)
_PREFIX = re.compile(
    r"(?:(?:Page|P\.?|第)[0-9]{1,3}页?[-–—.]*|【[^】]{1,10}】|\[[^\]]{1,10}\]|附件?[0-9一二三四五]?[:：.、]|(?:标题|题目|信息名称|名称)[:：]|[0-9]{1,3}[.、．_)）-](?=[\u4e00-\u9fff])"
    r"|[（(][0-9一二三四五六七八九十]{1,3}[)）]|[0-9]{1,2}(?=[\u4e00-\u9fff])(?![号师团中院年]))+"
)
_STAMP = re.compile(
    r"20[0-9]{2}(?:[-/.][0-9]{1,2}[-/.]|年[0-9]{1,2}月)[0-9]{1,2}日?(?:[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?(?=[^0-9:])"
)
"""The day and hour that a browser prints before a page's title."""
_EDGES = "《》〈〉“”\"'·•>»*#.。—_-|｜ "
_LONGEST = 300
"""Letters, white space among them: longer is no title."""
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]+")
_DIGITS = {c: str(i) for i, c in enumerate("〇一二三四五六七八九")} | dict.fromkeys("○零OoО◯", "0")
_WIDE = str.maketrans("０１２３４５６７８９（）［］", "0123456789()[]")
_OTHER_KINDS = re.compile(
    r"法治政府|依法行政|通知$|的通知|的函$|关于印发|关于转发|公告$|指南|目录|办法|实施细则|制度$|工作要点|实施方案|工作方案|解读|图解|一图|读懂|学年"
    r"|模板|样表|空表|填报说明|年度报告格式|简报|办事指南|统计年报|预算|决算|环境信息|企业信息|网站工作年度|年度工作报表|年度报表|培训|考核结果|征求意见"
)
_IN_NAMES = frozenset({"环境信息", "企业信息", "预算", "培训"})
"""Of these, the words that bodies' names hold too."""
_AFTER = re.compile(
    r"(?:[-_—(（]?(?:20[0-9]{6}|[0-9]{1,2}|[终定]稿|最终版?|正式版?|盖章版?|公开版|上传版?|网站版|印发版|图片版|文字版|全文|正文|公示|公开|发布|"
    rf"{_YEAR}(?:年度|年)?)[)）]?)+"
)
_BETWEEN = re.compile(
    r"(?:文件)?(?:的|关于|年度|年|度|开展|推进|做好|加强|报送|呈报|上报|工作|发布|公布|公开|法定主动公开内容|主动公开|依申请公开|依申请|门户网站|网站"
    r"|政务公开|和|与|及|暨|以及|全面|:|：|、|-|—|_|·)$"
)
_BEFORE = re.compile(r"(?:(?<![0-9])[0-9]{2}年度?|关于|公布|发布|现公布|报送|年度|度|的|年(?=.{3}))+")
_WEAK = frozenset({"本级", "全年", "年度", "政府", "法定"})
"""Words between the year and the subject that name nobody."""
_NO_TITLE = re.compile(
    r"[。，,；;！!？?<>=/〔〕]|[:：].*[:：]|本报告|编制(?!委|办)|根据|按照|依据|通知|关于做好|栏目|当前位置|首页|年报列表|现将|以下是|详见|下载|点击"
)


@dataclass(frozen=True, slots=True)
class Title:
    """A title taken apart. `text` is as printed, without white space."""

    text: str
    organization: str | None
    year: int | None
    span: tuple[int, int] | None = None
    """First and last year of a title that names several; `year` is None then."""
    doubtful: bool = False
    """Whether the words before the subject can be divided into name and rest in more than one way."""


def squeeze(text: str) -> str:
    """The text without white space."""
    return _UNSEEN.sub("", "".join(text.split()))


def year_of(text: str) -> int | None:
    """A printed year, Arabic or Chinese, as a number."""
    digits = "".join(_DIGITS.get(c, str(int(c)) if c.isdigit() else "") for c in text.replace("两", "二"))
    return int(digits) if len(digits) == 4 and digits.startswith("20") else None


@lru_cache(maxsize=256)
def parse_title(text: str) -> Title | None:
    """The title that this text is, whole, or None where it is none of an annual disclosure report."""
    if len(text) > _LONGEST or ("报" not in text and "報" not in text):
        return None
    if "信" not in text and "政" not in text:
        return None
    solid = _FILE.sub("", squeeze(_GLOSS.sub("", text) if "(" in text else text)).strip(_EDGES)
    if (stamp := _STAMP.match(solid)) is not None:
        solid = solid[stamp.end() :].lstrip(_EDGES)
    if solid.startswith("【") and solid.endswith("】"):
        solid = solid[1:-1]
    whole = solid
    solid, bracketed = without_prefix(solid)
    if _OTHER_KINDS.search(whole[: len(whole) - len(solid)]):
        return None
    if not 6 <= len(solid) <= 110:
        return None
    plain = _LETTER_O.sub("20", simplified(solid.translate(_WIDE)))
    keys = list(_KEY.finditer(plain))
    if not keys or not _ends(plain[keys[-1].end() :]):
        return None
    found = keys[-1]
    start = keys[-2].end() if len(keys) > 1 else 0  # a column's or another printing's title stands before it
    head, rest = plain[start : found.start()], plain[found.start() :]
    if head.endswith("人民") and rest.startswith("政府"):
        head, rest = head + "政府", rest[2:]  # 虚构县人民政府信息公开…: the body's own name comes first
    if (label := _LABEL.match(head)) is not None and _NO_LABEL.search(label[0]) is None:
        if _OTHER_KINDS.search(label[0]):
            return None
        start, head = start + label.end(), head[label.end() :]
    if _NO_TITLE.search(head.replace("：", "", 1).replace(":", "", 1) if "关于" in head else head):
        return None
    if _foreign(head, rest):
        return None
    shown = solid[start:].lstrip(_EDGES + ":：、")
    if shown.count("《") > shown.count("》"):
        shown += "》"
    tail = _NOTE.search(shown)
    if (
        tail is not None
        and not re.search(_YEAR, tail[0].translate(_WIDE))
        and len(shown) - len(tail[0]) >= len(head) + 4
    ):
        shown = shown[: tail.start()]
    if (span := _SPAN.search(plain, start)) is not None:
        first, last = year_of(span[1]), year_of(span[2])
        if first is not None and last is not None and first < last:
            head = head.replace(span[0], "", 1)
            name, doubtful = _organization(head, solid[start:])
            return Title(shown, name or bracketed, None, (first, last), doubtful)
    name, doubtful = _organization(head, solid[start:])
    if name is None and len(_YEAR_AT.sub("", head)) == 1:
        doubtful = True  # the end of a name that a line break cut
    years = _years(head) or _years(rest)
    return Title(shown, name or bracketed, years[0] if years else None, None, doubtful)


def _years(text: str) -> list[int]:
    """The years in a text, those that say 年 first."""
    found = [
        (m[0], year_of(re.sub(r"[^0-9〇零○OoО◯一二两三四五六七八九]", "", m[0])))
        for m in _YEAR_AT.finditer(text)
    ]
    return [year for _, year in sorted(found, key=lambda f: "年" not in f[0]) if year is not None]


def without_prefix(solid: str) -> tuple[str, str | None]:
    """The text without what numbers or labels it, and a name that stood there in brackets."""
    if (found := _PREFIX.match(solid)) is None or _YEAR_AT.match(solid.translate(_WIDE)):
        return solid, None
    inside = found[0].strip("【】[]")
    named = is_organization(inside) and is_certain(inside)
    return solid[found.end() :], inside if named else None


def _foreign(head: str, rest: str) -> bool:
    """Whether words outside the body's name say that this is another kind of document."""
    found = list(_OTHER_KINDS.finditer(head + rest))
    if not found:
        return False
    # 虚构市环境信息中心 is a body; 环境信息公开 is another duty.
    name, doubtful = _organization(head, head)
    end = -1 if name is None or doubtful else head.find(name) + len(name)
    return any(kind[0] not in _IN_NAMES or kind.end() > end for kind in found)


def _ends(rest: str) -> bool:
    """Whether nothing follows the title but marks of its printing."""
    rest = rest.strip('》”"。. _-')
    return (
        not rest
        or _AFTER.fullmatch(rest) is not None
        or re.fullmatch(r"\([^()]{1,20}\)|【[^】]{1,16}】|\[[^\]]{1,16}\]", rest) is not None
    )


def _organization(head: str, shown: str) -> tuple[str | None, bool]:
    """The body's name among the words before the subject, as `shown` prints it; whether it is in doubt."""
    year = _YEAR_AT.search(head)
    if year is None:
        name = _name(head, shown)
        return name, name is not None and not is_certain(name)
    before, after = _name(head[: year.start()], shown), _name(head[year.end() :], shown)
    if before is None or after is None:
        name = before or after
        return name, name is not None and not is_certain(name)
    if not is_certain(after):
        return before, after not in _WEAK or not is_certain(before)
    # 虚构区2023年民政局…, 虚构市2023年虚构区民政局…: the year stands inside the name, or a place before it.
    whole = re.search(r".[省市区县旗镇乡]|街道", after[1:]) is not None
    return after if whole else before + after, True


def _name(text: str, shown: str) -> str | None:
    """A text as a name, without the words around it; None where none is left."""
    begin, end = 0, len(text)
    while True:
        if (lead := _BEFORE.match(text, begin, end)) is not None and lead.end() > begin:
            begin = lead.end()
        elif begin < end and text[begin] in _EDGES + "、:：":
            begin += 1
        else:
            break
    while end > begin:
        if text[end - 1] in _EDGES:
            end -= 1
        elif (trail := _BETWEEN.search(text, begin, end)) is not None and trail.end() == end > trail.start():
            end = trail.start()
        else:
            break
    name = text[begin:end]
    if name.count("(") != name.count(")"):
        name = name.strip("()")
    name = without_aside(name)
    if not is_organization(name):
        return None
    at = simplified(shown.translate(_WIDE)).find(name)
    return shown[at : at + len(name)] if at >= 0 else name


def parse_page_title(text: str) -> Title | None:
    """The title in an HTML page's `<title>`, which the site's names may stand before or behind."""
    text = text[:_LONGEST]  # a title that was not closed holds the page
    if "报" not in text and "報" not in text:
        return None
    words = text.split()
    tries: list[str] = []
    if _SITE_MARK.search(text) is None:
        # 某县人民政府 信息公开年报 某局2023年…报告: the site's names before; 某县 某局2023年…: the body's.
        parts = [word for i, word in enumerate(words) if not is_place("".join(words[:i]))]
        tries = [*parts, text]
    tries += _SITE.split(text)
    tries += [" ".join(words[:end]) for end in range(len(words) - 1, 0, -1)]
    tries += re.split(r"[-–—－_|｜丨>＞»]+", text)
    titles = (title for part in tries if part and (title := parse_title(part)) is not None)
    best: Title | None = None
    for title in titles:
        if title.organization is not None and (title.year is not None or title.span is not None):
            return title
        if best is None or _says(title) > _says(best):
            best = title
    return best


def _says(title: Title) -> int:
    return (title.organization is not None) + (title.year is not None)


def other_kind(text: str) -> str | None:
    """The word by which a title says that the document is something else."""
    found = _OTHER_KINDS.search(simplified(squeeze(text)))
    return None if found is None else found[0]
