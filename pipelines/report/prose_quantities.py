"""Which words of a report's prose state which cells: data for `prose_figures`.

Owns the wordings. Each names its cells by what the words say first, and by how reports also count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

Paths = tuple[str, ...]
"""Cells that are added."""

NUMBER = r"(?P<n>[0-9]{1,3}(?:,[0-9]{3}){1,3}|[0-9]{1,9}|[一二三四五六七八九十百千零〇两]{1,9})(?![0-9.])"
_UNIT = r"(?:件次|件|份|宗|起|例|条|个|项)(?!以上|左右|/)"
CASES = r"(?:件次|件|宗|起|例|次|个)(?!以上|左右|/)"
_PAPERS = r"(?:件|份|个)(?!以上|左右|/)"
_N = NUMBER
_SUM = r"(?:共|共计|为|有)?"
_WHO = (
    r"(?:各类|全部|有效|公民|法人|自然人|社会|公众|群众|市民|企业|申请人|或|者|其他|组织|提交|提出|提起|要求"
    r"|的|政府|信息|公开|依申请|依法|书面|和|、|及|办理|共|计|累计|有关|相关|新|来自|关于|对|了)*"
)
_ASK = r"(?:信息公开|依|公开)申请(?:数量|总数|数)?"
_GET = r"(?:收到|受理|新收|接收|接到|收件)"
_NEXT = r"(?:下年度?|下一年度?|次年|20[0-9]{2}年度?)"
_LAST = r"(?:上年度?|上一年度?)"
_ISSUE = r"(?<!未)(?:制发|新制发|制定|新制定|出台|公开|主动公开|制定印发|印发)了?"
_DECIDE = r"(?:作出|办理|办结|实施|完成|采取)了?"

ELSE = re.compile(
    r"去年|上年(?!度?结转)|上一年(?!度?结转)|往年|历年|以来|同比|增加|减少|增长|下降|比上|较上|环比|通过|渠道"
    r"|平台|信函|网上|网络|当面|邮件|传真|邮寄|线上|线下|窗口|现场|口头|本级|各[县区市镇乡街部单]|乡镇|街道(?!办)"
    r"|部门|下属|所属|派出所|占|约|近|超|逾|月份|季度|半年|案例|代表|提案|建议|议案|信访|热线"
)
"""Words before a figure that make it another quantity, another body's or another year's."""
PART = re.compile(r"其中|仅")
"""Words that make a figure a part of the one before."""
_SHOWN = re.compile(r"公示|信息|归集|上传|录入|发布|双公开|宣传|解读|培训|清理|审查|备案")
_SHOWN_OR_OTHERS = re.compile(rf"{_SHOWN.pattern}|政府及|办公[室厅]|名义")
"""Documents are counted for the government and its office apart from the area's."""
_OUTCOME_ONLY = re.compile(
    r"(?:其中|:|共|答复|决定|作出|申请|信息|政府|公开|结果|为|的|按|依法|有|已|分别|和|,|、"
    r"|予以|部分|不予|无法提供|处理|其他|[0-9]+件)*"
)
_CHAIN = re.compile(
    r"信息公开(?:申请|工作|类|案件|引发|引起|产生|导致|而|的|被|有关|相关|提起|办理|答复|行为|行政复议|行政诉讼|案"
    r"|申请人|发生|共|[0-9]+|[件起宗例次,、和及])*$"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """Words that state a figure: a mark that they hold, their pattern, and the sums that it may equal."""

    mark: str
    pattern: re.Pattern[str]
    readings: tuple[Paths, ...]
    """The first is what the words say; the others are how reports also count."""
    needs: str = ""
    """What the sentence must hold outside parts 3 and 4."""
    clause: re.Pattern[str] | None = None
    """What the whole clause before the words must be."""
    chain: re.Pattern[str] | None = None
    """What must lead up to the words outside part 4."""
    unless: re.Pattern[str] | None = None
    """What clause and words must not hold."""
    whole: bool = True
    """Whether a figure behind 其中 is another quantity."""


def requests(*rows: str) -> Paths:
    """The totals of rows of 表三."""
    return tuple(f"requests.{row}.total" for row in rows)


def review(column: str, *blocks: str) -> Paths:
    """A column of blocks of 表四."""
    return tuple(f"review.{block}.{column}" for block in blocks)


SUITS = ("litigation_direct", "litigation_after_reconsideration")
_RECEIVED = (requests("received"), requests("received", "carried_in"))
_DONE = (requests("total_processed"), *_RECEIVED)
_DENIED = requests(
    *("denied_state_secret", "denied_by_law", "denied_safety_stability", "denied_third_party"),
    *("denied_internal_affairs", "denied_deliberative", "denied_enforcement_file"),
    "denied_administrative_inquiry",
)
_UNAVAILABLE = requests("unavailable_not_held", "unavailable_needs_creation", "unavailable_unclear")
_NOT_PROCESSED = requests(
    *("not_processed_petition", "not_processed_repeat", "not_processed_publication"),
    *("not_processed_excessive", "not_processed_reissue"),
)
_PAPER = "active_disclosure.normative_documents."
_ISSUED = tuple((_PAPER + c,) for c in ("issued", "made", "disclosed", "in_force", "disclosed_total"))


def _received(mark: str, words: str) -> Statement:
    return Statement(mark, re.compile(words), _RECEIVED)


def _carried(mark: str, words: str, row: str) -> Statement:
    return Statement(mark, re.compile(words), (requests(row),), needs="申请", whole=False)


def _outcome(words: str, cells: Paths) -> Statement:
    # Two outcomes that are counted together (予以公开及部分公开5件) are neither's figure.
    pattern = re.compile(rf"(?<![和与及或/不非])(?<![开供理]、){words}的?(?:申请)?{_N}{_UNIT}")
    return Statement(words, pattern, (cells,), needs="申请", clause=_OUTCOME_ONLY, whole=False)


def _decided(what: str, row: str, unit: str) -> Statement:
    pattern = re.compile(rf"{_DECIDE}{what}(?:处理|措施)?(?:决定|事项|案件)?{_SUM}{_N}{unit}")
    return Statement(what, pattern, ((f"active_disclosure.{row}.decisions",),), unless=_SHOWN)


RECEIVED_FIGURE = re.compile(rf"{_GET}{_WHO}{_ASK}(?P<n>[0-9][0-9,]{{0,11}}){_UNIT}")
"""The applications received, in folded text."""

STATEMENTS = (
    _received("申请", rf"{_GET}{_WHO}{_ASK}(?:表|公开)?[共计为:]{{0,2}}{_N}{_UNIT}"),
    _received("申请", rf"(?:收到|受理|新收|接收|接到)(?:了|各类|的)?{_N}{_UNIT}{_WHO}信息公开申请"),
    _received("收到", rf"(?:未|没有)曾?(?:收到|接到)(?:过|任何)?{_WHO}{_ASK}(?=[,;、!也]|$)(?P<n>)"),
    _carried("结转", rf"{_LAST}结转{_WHO}(?:申请(?:数量|总数)?)?(?:办理)?{_N}{_UNIT}", "carried_in"),
    _carried(
        "结转",
        rf"结转[至到]?{_NEXT}(?:继续)?(?:办理|答复)?的?(?:申请)?{_N}{_UNIT}",
        "carried_forward",
    ),
    _carried(
        "下年度",
        rf"{_N}{_UNIT}(?:申请)?(?:将|依法|按照.{{0,6}})?(?:顺延|结转)[至到]?下年度",
        "carried_forward",
    ),
    _outcome("予以公开", requests("granted")),
    _outcome("部分公开", requests("granted_in_part")),
    _outcome("不予公开", _DENIED),
    _outcome("无法提供", _UNAVAILABLE),
    _outcome("不予处理", _NOT_PROCESSED),
    Statement(
        "办结", re.compile(rf"(?:已|共|按[时期]|依法)办结{_WHO}(?:申请)?{_N}{_UNIT}"), _DONE, needs="申请"
    ),
    Statement("答复", re.compile(rf"答复{_WHO}{_ASK}{_N}{_UNIT}"), _DONE, needs="申请"),
    Statement(
        "复议",
        re.compile(rf"行政复议(?:案件?)?{_SUM}{_N}{CASES}"),
        (review("total", "reconsideration"),),
        chain=_CHAIN,
    ),
    Statement(
        "诉讼",
        re.compile(rf"行政诉讼(?:案件?)?{_SUM}{_N}{CASES}"),
        (review("total", *SUITS), review("total", SUITS[0])),
        chain=_CHAIN,
    ),
    Statement(
        "规范性文件",
        re.compile(rf"{_ISSUE}(?:行政)?规范性文件{_SUM}{_N}{_PAPERS}"),
        _ISSUED,
        unless=_SHOWN_OR_OTHERS,
    ),
    Statement(
        "现行有效",
        re.compile(rf"现行有效的?(?:行政)?规范性文件{_SUM}{_N}{_PAPERS}"),
        ((_PAPER + "in_force",), (_PAPER + "disclosed_total",)),
    ),
    Statement(
        "废止",
        re.compile(rf"(?<!拟)废止(?:和失效)?行政规范性文件{_SUM}{_N}{_PAPERS}"),
        ((_PAPER + "repealed",),),
    ),
    _decided("行政许可", "licensing", "[件宗]"),
    _decided("行政处罚", "penalties", "[件宗起]"),
    _decided("行政强制", "compulsion", "[件宗起次]"),
)
