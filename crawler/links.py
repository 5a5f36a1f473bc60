"""Judging titles and links: is it an annual report on information disclosure, whose, of which year;
and is a link worth following to a column of them?

Pure: text in, judgement out. It must not fetch, nor know any CMS. The grammar of whole titles is the report
reader's (`pipelines.report.titles`); here is what lists do to them: cut them off, number them, leave all but
the body's name or the year away, and put other documents beside them.

Reports under the rules for universities (高等学校信息公开办法: 学年信息公开工作年度报告) and those of public
enterprises and institutions (公共企事业单位信息公开) follow other forms, and are "other". A school or
hospital whose title says 政府信息公开 claims the statutory form, and is taken at its word.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

from pipelines.report.labels import simplified
from pipelines.report.names import is_certain, is_organization
from pipelines.report.titles import parse_title, without_prefix

Verdict = Literal["report", "other", "unclear"]
ColumnKind = Literal["annual", "year", "group", "body", "portal", "other"]

LONGEST = 300
"""Characters without white space: longer is no title."""
ALWAYS_OTHER = re.compile(
    r"图解|一图(?!书)|图说|图读|[读看]懂|解读|指南|目录|办法(?!制)|条例|规定|通知|通报|要点|方案|申请表|流程|清单|汇编|模板|样表|[上下]半年|季度"
    r"|统计(年报|表|报表|公报|数据(?!管理|中心)|情况)|政府(20\d\d年)?工作报告|年度(工作)?报表|学年|总结(?!.{0,6}(报告|年报))|(函|说明)$"
    r"|公共企(业)?事业单位|依申请公开(?!.*年报)|^(关于)?(做好|召开|举办|开展|组织(?!部|人事)|部署|进一步|印发|转发)"
)
"""Words that no body's name has, and that make a title something else in the same columns (cms-families,
section 16)."""
FIGURES = re.compile(r"统计(年?报)?表|公开.{0,9}统计|附表")
"""What a report's own tables are called."""
OTHER_UNLESS_NAME = re.compile(
    r"法治政府|依法行政|行政执法|网站(工作|监管|绩效|与政务新媒体|和政务新媒体)*(年度|年报)|(预|决)算|三公|制度|计划|培训|绩效|审计|督查|考核|自查|核查"
    r"|建议|提案|议案|环境信息|企业|事业单位|高校|高等学校|统计|双随机|社会责任|社会组织|市场主体|(党务|村务|检务|审务|警务|办事)公开"
    r"|财政收支|(医院|大学|学校)信息公开"
)
"""Words that make a title something else unless they stand in a body's name (审计局, 环境信息中心)."""
BRACKETED = re.compile(r"[（【\[]([^（）【】\[\]]{3,30})[）】\]]")
INSTITUTION = re.compile(r"(大学|学院|学校|小学|中学|[一二三四五六七八九十]中|幼儿园|医院|卫生院|公司)$")
OWN_SUBJECT = re.compile(r"(政府|政务)信息|政务公开")
OFFICE = re.compile(r"[省市区县州旗镇乡](人民)?政府|[省市区县州旗镇乡]?(人民)?政府办(公室|公厅)?")
"""What lists of one place call its government, which names nobody elsewhere."""
NO_BODY = re.compile(
    r"(大厅|大会|两会|发布会|听证会|座谈会|常务会|推进会|博览会|(?<!水)库|专区|园地|在线|公开|报告|年报|首页|网站?|平台|专栏|栏目|工作)$"
    r"|^(返回|进入|关于|更多|查看|下载|打印|关闭|上一|下一|走进|印象|魅力|美丽|认识|感知|数说|国务院)"
    r"|^(新闻|资讯|互动|用户|个人|会员|下载|帮助|视频|图片|直播|数据)中心$"
    r"|(文明|智慧|卫生|森林|数字|海绵|平安|园林)城市$|(数字|阳光|法治|责任|服务型|廉洁)政府$|(乡村|小镇|景区)$"
)
"""What menus beside a list say, though it ends as bodies' names do."""
YEAR = r"(?<!\d)20[0-4]\d(?!\d)"
YEAR_WORDS = re.compile(rf"[（\[【]?{YEAR}(?:年度|年)?[）\]】]?")
CUT = re.compile(r"(\.{2,}|。{2,})$")
CUT_SUBJECT = re.compile(r"(政府|政务)?信息公开[^。，]{0,9}$")
SUBJECT = re.compile(r"((政府|政务)?信息(主动)?公开|政务公开)[工作情况年度的总结和及（）\d]{0,16}(年报|报告)")
BEHIND = re.compile(r"年?度?(?:年报|年度报告|报告)[（【\[]([^（）【】\[\]]{3,30})[）】\]]")
REPORT_ENDING = re.compile(r"(报告书?|年报)([（【\[][^（）【】\[\]]{0,4}20\d\d年?度?[）】\]])?")
SHORT_ENDING = re.compile(r"(的|年度|工作)*(年度报告|年度工作报告|年报|报告)?$")
"""What an annual column's titles leave of the subject: 虚构局2023年度报告."""
NUMBERED = re.compile(r"^\s*(no\.?)?\s*\d{1,3}\s+(?=20\d\d\D)", re.IGNORECASE)
NOISE_BEFORE = re.compile(
    r"^([\[（]?20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?([\]）]|(?!\d))|No\.?\d{1,4}|[a-z]{3,}[.!:]?|\[?置顶\]?|\[图文\]"
    r"|[·•●◆■★▪►>*#\-—_.、，:：]|\d{1,3}[.、)）](?=20\d\d年)"
    r"|[\u4e00-\u9fff]{1,10}〔20\d\d〕\d{1,4}号)+",
    re.IGNORECASE,
)
NOISE_AFTER = re.compile(
    r"([\[（(]?20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?[\]）)]?|\d{1,2}:\d{2}(:\d{2})?|NEW!?|[（\[]?(点击)?下载[）\]]?"
    r"|的?(公示|公告)|[（\[](word|pdf)版?[）\]])+$",
    re.IGNORECASE,
)
FILE = re.compile(r"\.(pdf|docx?|wps|html?|ofd|xlsx?|rtf|txt|jpe?g|png)$", re.IGNORECASE)
SEPARATORS = re.compile(r"[_|—\-–:：/>]+")
INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]+")
CHINESE_YEAR = re.compile(r"[二两][〇零○一二三四五六七八九]{3}(?=年)")
CHINESE_DIGITS = str.maketrans("〇零○一二两三四五六七八九", "0001223456789")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a title says. `unclear`: neither a report's words nor a look-alike's (often a body's name)."""

    verdict: Verdict
    organization: str | None
    """As the title has it, without white space and with full-width brackets."""
    year: int | None
    why: str


@dataclass(frozen=True, slots=True)
class ColumnJudgement:
    """What a link says of the column that it leads to."""

    kind: ColumnKind
    year: int | None
    """Of the reports in it, or the year after: a folder's name."""
    organization: str | None
    score: int
    """How promising it is on the way to annual reports: 0 (not at all) to 100."""
    why: str


def judge(title: str, *, column: bool | None = None) -> Judgement:
    """What `title` names. Year and organization are None where it does not say them without doubt.

    `column` says whether it stands in a list that holds annual reports (None: nobody knows). Only there
    may a title leave out what it is: a body's name, a year or both are a report then, elsewhere unclear.
    """
    text = _plain(title)
    if len(text) > LONGEST:
        return Judgement("unclear", None, None, "too long for a title")
    read = simplified(text)
    if match := ALWAYS_OTHER.search(read):
        return Judgement("other", None, _year(read), f"says {match[0]}")
    if (whole := _completed(text, read)) is not None and (found := _read_whole(whole)) is not None:
        organization, year = found
        return _report(organization, _year_of_title(year, read), read)
    return _without_subject(text, read, annual=column is True)


def may_be_part(text: str) -> bool:
    """Whether a document that a report's page links to with this text may be the report, or a part of it.

    Its figures often are a file of their own, which in a list would be something else.
    """
    return judge(text).verdict != "other" or FIGURES.search(simplified(_plain(text))) is not None


def _plain(title: str) -> str:
    """Half-width forms, no white space, full-width brackets, without what lists put around titles."""
    spaced = NUMBERED.sub("", unicodedata.normalize("NFKC", title[: LONGEST * 10]))
    text = INVISIBLE.sub("", "".join(spaced.split()))
    text = text.replace("(", "（").replace(")", "）").replace(",", "，")
    text = CHINESE_YEAR.sub(lambda m: m[0].translate(CHINESE_DIGITS), text)
    text = text.replace("資訊", "信息").replace("资讯", "信息")
    if len(text) <= LONGEST:
        text = FILE.sub("", NOISE_BEFORE.sub("", text))
        text = FILE.sub("", NOISE_AFTER.sub("", text))
    return text


def _completed(text: str, read: str) -> str | None:
    """The title as far as it names a report; what the list cut off after the decisive words is put back."""
    if cut := CUT.search(read):
        subject = CUT_SUBJECT.search(read[: cut.start()])
        return text[: subject.start()] + "政府信息公开工作年度报告" if subject else None
    if parse_title(text) is not None:
        return text
    ends = [m.end() for m in REPORT_ENDING.finditer(read)]
    return text[: ends[-1]] if ends else None


def _read_whole(title: str) -> tuple[str | None, int | None] | None:
    """Body and year of a title with a report's words; None for one without them."""
    parsed, subject = parse_title(title), SUBJECT.search(simplified(title))
    if parsed is not None and (parsed.organization is not None or subject is None):
        return parsed.organization, parsed.year
    if subject is None:
        return None
    # The reader takes no name before a colon or behind the subject, and no title with other kinds' words.
    before = title[: subject.start()]
    places = [
        before + "政府" if before.endswith("人民") else before,
        *BRACKETED.findall(title[subject.end() :]),
    ]
    named = (name for place in places if (name := _short_name(place)) and _is_body(name))
    return next(named, None), parsed.year if parsed else None


def _report(organization: str | None, year: int | None, read: str) -> Judgement:
    """A title with a report's words, unless those outside the body's name say something else too."""
    organization = re.sub(r"\d+$", "", organization) if organization else None  # 虚构局23年…
    around = read.replace(simplified(organization), "", 1) if organization else read
    if match := OTHER_UNLESS_NAME.search(around):
        return Judgement("other", None, year, f"says {match[0]}")
    if organization and INSTITUTION.search(organization) and not OWN_SUBJECT.search(around):
        return Judgement("other", organization, year, "an institution's report under rules of its own")
    return Judgement("report", organization, year, "names a report on information disclosure")


def _without_subject(text: str, read: str, *, annual: bool) -> Judgement:
    """A title that does not say what it is: a body's name, a year, both, or something else altogether."""
    year = _year(read)
    cut = CUT.search(text)
    name = _short_name(without_prefix(text[: cut.start()] if cut else text)[0])
    known = name is not None and (not name or _is_body(name))
    if not known and (match := OTHER_UNLESS_NAME.search(read)):
        return Judgement("other", None, year, f"says {match[0]}")
    if annual and cut and (year or len(read) > 8):
        return Judgement("report", None, year, "cut off before it says what it is, in an annual column")
    if cut or not known:
        return Judgement("unclear", None, year, "says neither")
    what = " and ".join(word for word, said in (("a body", name), ("a year", year)) if said) or "nothing"
    if annual and (name or year):
        return Judgement("report", name or None, year, f"names {what} only, in an annual column")
    return Judgement("unclear", name or None, year, f"names {what} only")


def _short_name(text: str) -> str | None:
    """What is left of a title without year and ending: a body's name, "" for nothing, None for neither."""
    parts = [YEAR_WORDS.sub("", part) for part in SEPARATORS.split(text)]
    parts = [SHORT_ENDING.sub("", part).strip("《》“”\"'·、，的") for part in parts]
    parts = [part for part in parts if part]
    if len(parts) > 1:  # 虚构镇_2017年_虚构县人民政府: the site's name comes last
        return parts[0] if _is_body(parts[0]) and len(parts) <= 3 else None
    if parts and (inside := BEHIND.fullmatch(parts[0])):  # 年度报告（虚构局）
        return inside[1]
    return parts[0] if parts else ""


def _is_body(name: str) -> bool:
    if OFFICE.fullmatch(name):
        return True
    return is_organization(name) and is_certain(name) and not NO_BODY.search(simplified(name))


def _year(read: str) -> int | None:
    years = set(re.findall(YEAR, read))
    return int(years.pop()) if len(years) == 1 else None


def _year_of_title(parsed: int | None, read: str) -> int | None:
    """The year before the subject; None where several stand there."""
    before = set(re.findall(YEAR, read[: max(read.rfind("信息公开"), read.rfind("政务公开"), 0)]))
    if len(before) > 1:
        return None
    return int(before.pop()) if before else parsed or _year(read)


# ------------------------------------------------------------------ columns

LONGEST_LINK = 40
COUNTED = re.compile(r"[.。]$|[（\[【]\d{1,3}[条篇个]?[）\]】]$")
"""How many there are, behind a column's name: 2023年（15）."""
NO_WORDS = re.compile(r"(更多|查看更多|more|进入|详情|点击进入)[>.+…]*", re.IGNORECASE)
"""Links that say nothing of where they lead."""
ANNUAL_TITLE = re.compile(
    r"(?P<sure>信息公开(工作)?(的)?(年报|年度.{0,4}报告|报告)|公开年报)|(?P<likely>年报|年度报告|年度工作报告)"
)
GROUP_WORDS = re.compile(
    r"政府|部门|单位|机构|乡镇|街道办事处|街道办|街道|街镇|镇街|办事处|园区|开发区|功能区|委办局|国有企业|事业|地区|人民|行政|地方|垂直|垂管"
    r"|双管|条管|中央|直属|派出|其他|党政|所属|工作|组成|管理|本级|驻|直|属|各|级|省|市|区|县|州|旗|盟|乡|镇|和|及|、|（|）"
)
"""What the names of groups consist of, and nothing else: 区政府工作部门, 乡镇（街道）, 县直单位."""
GROUP_NOUN = re.compile(r"政府|部门|单位|机构|乡|镇|街|办事处|园区|开发区|功能区|委办局|企业|地区")
PORTAL_TITLE = re.compile(
    r"(?P<body>[\u4e00-\u9fff]{0,20}?[省市区县州旗盟镇乡道局委办府])??"
    r"(政府|政务|部门|单位|基层|乡镇|街道|镇街|街镇|法定|主动|重点|[各和及、])*"
    r"(信息|政务)?公开(专栏|专区|平台|专题|内容|网|信息|(?P<catalogue>目录))?"
)
ANNUAL_PATH = re.compile(
    r"gk(gz|gw)?n(d|ian)?(gz)?(b|gb|bg|bao)|gkbg$|(^|[a-z])nd(gz)?(bg|gb)|^(bm|jd|xz|zj|[qsx]?zf)?nb$|nianbao|annualreport"
)
PORTAL_PATH = re.compile(r"^(zf|zw)?xxgk|^zwgk$|^gongkai$|^public$|^gkmlpt$")
YEAR_SEGMENT = re.compile(rf"^(?P<before>[a-z]*_?)({YEAR})(?P<after>_?[a-z]*\d{{0,3}})$")


def annual_path(url: str) -> str | None:
    """The segment of an address that says that annual reports lie there (zfxxgknb, ndbg); else None."""
    for segment in _segments(url):
        if ANNUAL_PATH.search(_bare(segment)):
            return segment
    return None


def judge_column(title: str, url: str = "") -> ColumnJudgement:
    """What kind of column a link leads to, from its words first and from its path where they say nothing.

    `body` stands with the body's name, `portal` and `annual` too where the words name whose they are.
    """
    text = simplified(_plain(title)).strip("《》“”\"'·>»|【】[]")
    year, segment = _year(text) or _path_year(url), annual_path(url)
    lifted = 20 if segment else 0
    if not text or NO_WORDS.fullmatch(text):
        return _by_path(url, year, segment)
    bare = YEAR_WORDS.sub("", COUNTED.sub("", text))
    if year and not bare:
        return ColumnJudgement("year", year, None, 40 + lifted, "names a year")
    if match := PORTAL_TITLE.fullmatch(text):
        name = match["body"] or ""
        named = name if GROUP_WORDS.sub("", name) and _is_body(name) else None
        score = 30 if match["catalogue"] else 60 if "信息公开" in text else 50
        return ColumnJudgement("portal", None, named, score, "names a disclosure portal")
    if len(text) > LONGEST_LINK:
        return ColumnJudgement("other", None, None, 0, "too long for a column")
    if match := ALWAYS_OTHER.search(text):
        return ColumnJudgement("other", None, None, 0, f"says {match[0]}")
    if match := ANNUAL_TITLE.search(text):
        judged = judge(title, column=True)
        if judged.verdict == "other":
            return ColumnJudgement("other", None, None, 0, judged.why)
        score = min(100, (90 if match["sure"] else 70) + (10 if "政府信息" in text else 0) + lifted)
        return ColumnJudgement("annual", year, judged.organization, score, f"says {match[0]}")
    if GROUP_NOUN.search(bare) and not GROUP_WORDS.sub("", bare):
        return ColumnJudgement("group", year, None, 35 + lifted, "names a group of bodies")
    if _is_body(bare):
        return ColumnJudgement(
            "body", year, YEAR_WORDS.sub("", COUNTED.sub("", _plain(title))), 30 + lifted, "names a body"
        )
    return ColumnJudgement("other", None, None, 0, "says neither")


def _by_path(url: str, year: int | None, segment: str | None) -> ColumnJudgement:
    """What the path alone says."""
    segments = _segments(url)
    if segment is not None:
        kind: ColumnKind = "year" if year and segments and _segment_year(segments[-1]) else "annual"
        return ColumnJudgement(kind, year, None, 60, f"its path has {segment}")
    if year:
        return ColumnJudgement("year", year, None, 20, "its path has a year")
    for found in segments:
        if PORTAL_PATH.search(_bare(found)):
            return ColumnJudgement("portal", None, None, 20, f"its path has {found}")
    return ColumnJudgement("other", None, None, 0, "neither words nor path say anything")


def _segments(url: str) -> list[str]:
    """The folders of an address's path and its file's stem, in small letters; index files say nothing."""
    try:
        path = urlsplit(url).path
    except ValueError:  # no address
        return []
    parts = [part.lower() for part in unquote(path).split("/") if part]
    if parts and "." in parts[-1]:
        stem = parts[-1].rpartition(".")[0]
        parts[-1] = re.sub(r"^(index|default|list)?(_\d+)?$", "", stem)
    return [part for part in parts if part]


def _bare(segment: str) -> str:
    """A segment without years, serial numbers and the marks between: 2023nb, nb_2022n, zfxxgknb_97478."""
    return re.sub(r"_?list$|[\d_\-]+(n(ian)?(?![a-z]))?", "", segment)


def _segment_year(segment: str) -> int | None:
    match = YEAR_SEGMENT.match(re.sub(r"_?list$", "", segment))
    return int(match[2]) if match else None


def _path_year(url: str) -> int | None:
    """The year that the deepest folder with one names; a mere number only where annual reports lie."""
    annual = annual_path(url) is not None
    named = (segment for segment in reversed(_segments(url)) if annual or not segment.isdigit())
    return next((year for segment in named if (year := _segment_year(segment)) is not None), None)
