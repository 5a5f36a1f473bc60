"""Titles and names in a report's first sentences: 现公布X2023年…年度报告, 由X编制, 请与X联系.

Owns the wordings by which a report announces itself in prose. The notices that it cites there have titles
too (《关于做好…年度报告有关事项的通知》) and are no announcement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipelines.report.labels import simplified
from pipelines.report.names import is_certain, is_organization
from pipelines.report.prose import ProseLine
from pipelines.report.signature import is_name
from pipelines.report.titles import Title, other_kind, parse_title, squeeze

_LINES = 60
_FLAT = 120
"""A line longer than any title."""
_REPORT = re.compile(r"(?:年度|工作|公开|总结|情况|年)(?:报告|年报)(?:书)?|年报")
_CITED = re.compile(
    r"格式|有关|的?通知|编[发报]|编制(?!而成|完成|完毕)|报送|工作的|统一|模板|要求|制度|和|及|发布工作|情况|中|的编|公开工作"
)
"""What follows the title of something else."""
_CUT = re.compile(
    r"(?:向社会|对外|予以|特此?|现|并|将|统一)*(?:公布|发布|公告|公开(?!办|工作|年|和|情况|信息|报|\d)|编制|编写|撰写|形成|完成|汇总|制作)"
    r"(?:了|完成|的|并向社会公布|如下)?|现将|特将|《|〈|“|:|,|。|;|是|为"
)
_WRITES = (
    re.compile(r"由([^,。;:()]{4,40}?)(?:负责|组织|汇总|牵头)*(?:编制|编写)(?!委|办)"),
    re.compile(r"由([^,。;:()]{4,40}?)(?:根据|依据|按照|综合|汇总)"),
    re.compile(
        r"(?:^|[,。;])(?:现?由)?([^,。;:()]{4,30}?)(?:组织)?(?:编制|编写)(?:完成|形成)?了?(?:本(?:年度)?报告|20[0-9]{2}年)"
    ),
)
_ASKS = re.compile(r"(?:请|可)(?:直接)?(?:与|同|向|联系|致电)([^,。;:()]{4,40}?)(?:联系|咨询|反映|,|。|\()")
_DESK = re.compile(
    r"(?:(?<!人民)政府信息(?:与政务)?公开|信息公开|政务公开)(?:工作)?(?:领导小组)?(?:办公室|办|科|股|中心)?$"
    r"|(?<=人民政府)(?:党政综合|党政|综合)(?:办公室|办)$|(?<=办事处)(?:党政综合|党政|综合)(?:办公室|办)$"
    r"|(?<=[局委镇乡])(?:党政综合|党政|综合)?(?:办公室|办|科)$"
)
"""Desks that write for the body they belong to."""
_OPENING = (
    re.compile(r"(.{3,30}?)(?:根据|依据|按照)《?(?:中华人民共和国)?政府信息公开条例"),
    re.compile(r"(?:20[0-9]{2}年度?,?)?(.{3,30}?)\(以下简称"),
    re.compile(
        r"20[0-9]{2}年度?,(?![省市县区镇乡局委我本全各])(?!.{0,12}委[县市区])(.{5,30}?)"
        r"(?:坚持|认真|深入|严格|全面|高度|紧紧|围绕|始终|积极|切实|持续|扎实|不断|贯彻)"
    ),
)
_ENDS = ("。", "；", ";", "：", ":", "！", "!")
_WIDE = str.maketrans("０１２３４５６７８９（），：；", "0123456789(),:;")


def announced_titles(lines: Sequence[ProseLine]) -> list[Title]:
    """The titles that the first sentences give the report, in their order."""
    out: list[Title] = []
    for text in _first(lines):
        if "报" not in text and "報" not in text:
            continue
        printed = text.translate(_WIDE)
        line = simplified(printed)
        if "公开" not in line or ("。" not in line and len(line) < 100 and other_kind(line) is not None):
            continue
        for found in _REPORT.finditer(line):
            if _CITED.match(line, found.end()):
                continue
            start = max(0, found.start() - 70)
            subject = max(line.rfind("公开", start, found.end()), line.rfind("政府信息", start, found.end()))
            cuts = [cut.end() for cut in _CUT.finditer(line, start, found.start()) if cut.end() < subject]
            if start == 0 and len(line) > _FLAT:
                cuts.insert(0, 0)  # a page flattened to one line begins with its title
            pieces = (parse_title(printed[cut : found.end()]) for cut in reversed(cuts))
            title = next((t for t in pieces if t is not None and _sure(t)), None)
            if title is not None:
                out.append(title)
    return out


def _sure(title: Title) -> bool:
    """Whether a piece of a sentence names body or year without words of the sentence left in the name."""
    if title.organization is None:
        return title.year is not None
    return is_certain(title.organization) and not title.doubtful


def writer(lines: Sequence[ProseLine]) -> str | None:
    """The body that compiled the report, whom it says to ask, or who opens a first sentence."""
    first = [text.translate(_WIDE) for text in _first(lines)]
    for patterns in (_WRITES, (_ASKS,)):
        for line in map(simplified, first):
            for pattern in patterns:
                for found in pattern.finditer(line):
                    if (name := _body(found[1])) is not None:
                        return name
    for line in first:
        for pattern in _OPENING:
            opened = pattern.match(line[:240])
            if opened is not None and is_name(opened[1], 3) and re.search(r"[,。;()]", opened[1]) is None:
                return opened[1]
    return None


def _body(text: str) -> str | None:
    """The body whose desk is named, or None where the words are no name."""
    name = text.strip("“”\"'《》的")
    while (shorter := _DESK.sub("", name)) != name:
        name = shorter
    return name if is_organization(name) and is_certain(name) else None


def _first(lines: Iterable[ProseLine]) -> list[str]:
    """The lines before part 2, wrapped ones joined, without white space."""
    out: list[str] = []
    goes_on = False
    for line in list(lines)[:_LINES]:
        if line.text.startswith("二、"):
            break
        text = squeeze(line.text[:2000])
        if goes_on and len(out[-1]) < 1000:
            out[-1] += text
        else:
            out.append(text)
        goes_on = line.wrapped and len(text) >= 20 and not text.endswith(_ENDS)
    return out
