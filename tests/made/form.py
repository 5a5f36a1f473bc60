"""The statutory form as the makers of test documents print it: row and column keys with their labels.

Typed in from the notices (国办公开办函〔2021〕30号 and 〔2019〕60号) a second time on purpose: tests that
made their documents from the reader's own table of labels would agree with its mistakes.
It must not import anything of the package under test.
"""

from __future__ import annotations

from typing import NamedTuple


class Article(NamedTuple):
    """One block of 表二: the article's heading, its columns and its rows, as (key, label)."""

    heading: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str], ...]


class Outcome(NamedTuple):
    """One row of 表三: its key, the group that it belongs to (or None) and its own label."""

    key: str
    group: str | None
    label: str


_DECISIONS_2021 = (("decisions", "本年处理决定数量"),)
_ITEMS_2019 = (
    ("prior_items", "上一年项目数量"),
    ("change", "本年增/减"),
    ("decisions", "处理决定数量"),
)

ACTIVE_DISCLOSURE: dict[str, tuple[Article, ...]] = {
    "2021": (
        Article(
            "第二十条第（一）项",
            (("issued", "本年制发件数"), ("repealed", "本年废止件数"), ("in_force", "现行有效件数")),
            (("rules", "规章"), ("normative_documents", "行政规范性文件")),
        ),
        Article("第二十条第（五）项", _DECISIONS_2021, (("licensing", "行政许可"),)),
        Article(
            "第二十条第（六）项", _DECISIONS_2021, (("penalties", "行政处罚"), ("compulsion", "行政强制"))
        ),
        Article(
            "第二十条第（八）项", (("amount", "本年收费金额（单位：万元）"),), (("fees", "行政事业性收费"),)
        ),
    ),
    "2019": (
        Article(
            "第二十条第（一）项",
            (
                ("made", "本年新制作数量"),
                ("disclosed", "本年新公开数量"),
                ("disclosed_total", "对外公开总数量"),
            ),
            (("rules", "规章"), ("normative_documents", "规范性文件")),
        ),
        Article(
            "第二十条第（五）项",
            _ITEMS_2019,
            (("licensing", "行政许可"), ("other_external_services", "其他对外管理服务事项")),
        ),
        Article("第二十条第（六）项", _ITEMS_2019, (("penalties", "行政处罚"), ("compulsion", "行政强制"))),
        Article("第二十条第（八）项", _ITEMS_2019[:2], (("fees", "行政事业性收费"),)),
        Article(
            "第二十条第（九）项",
            (("items", "采购项目数量"), ("amount", "采购总金额")),
            (("procurement", "政府集中采购"),),
        ),
    ),
}

APPLICANTS: tuple[tuple[str, str], ...] = (
    ("natural_person", "自然人"),
    ("business", "商业企业"),
    ("research_institution", "科研机构"),
    ("public_interest_organization", "社会公益组织"),
    ("legal_service", "法律服务机构"),
    ("other_organization", "其他"),
)

_DENIED, _UNAVAILABLE, _NOT_PROCESSED, _OTHER = (
    "（三）不予公开",
    "（四）无法提供",
    "（五）不予处理",
    "（六）其他处理",
)
_COMMON = (
    Outcome("granted", None, "（一）予以公开"),
    Outcome("granted_in_part", None, "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"),
    Outcome("denied_state_secret", _DENIED, "1.属于国家秘密"),
    Outcome("denied_by_law", _DENIED, "2.其他法律行政法规禁止公开"),
    Outcome("denied_safety_stability", _DENIED, "3.危及“三安全一稳定”"),
    Outcome("denied_third_party", _DENIED, "4.保护第三方合法权益"),
    Outcome("denied_internal_affairs", _DENIED, "5.属于三类内部事务信息"),
    Outcome("denied_deliberative", _DENIED, "6.属于四类过程性信息"),
    Outcome("denied_enforcement_file", _DENIED, "7.属于行政执法案卷"),
    Outcome("denied_administrative_inquiry", _DENIED, "8.属于行政查询事项"),
    Outcome("unavailable_not_held", _UNAVAILABLE, "1.本机关不掌握相关政府信息"),
    Outcome("unavailable_needs_creation", _UNAVAILABLE, "2.没有现成信息需要另行制作"),
    Outcome("unavailable_unclear", _UNAVAILABLE, "3.补正后申请内容仍不明确"),
    Outcome("not_processed_petition", _NOT_PROCESSED, "1.信访举报投诉类申请"),
    Outcome("not_processed_repeat", _NOT_PROCESSED, "2.重复申请"),
    Outcome("not_processed_publication", _NOT_PROCESSED, "3.要求提供公开出版物"),
    Outcome("not_processed_excessive", _NOT_PROCESSED, "4.无正当理由大量反复申请"),
    Outcome("not_processed_reissue", _NOT_PROCESSED, "5.要求行政机关确认或重新出具已获取信息"),
)
OUTCOMES: dict[str, tuple[Outcome, ...]] = {
    "2021": (
        *_COMMON,
        Outcome(
            "other_correction_overdue",
            _OTHER,
            "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
        ),
        Outcome(
            "other_fee_overdue",
            _OTHER,
            "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
        ),
        Outcome("other_other", _OTHER, "3.其他"),
    ),
    "2019": (*_COMMON, Outcome("other", None, "（六）其他处理")),
}
RECEIVED, CARRIED_IN, RESULTS, TOTAL_PROCESSED, CARRIED_FORWARD = (
    "一、本年新收政府信息公开申请数量",
    "二、上年结转政府信息公开申请数量",
    "三、本年度办理结果",
    "（七）总计",
    "四、结转下年度继续办理",
)
BALANCE_NOTE = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"

REVIEW_RESULTS: tuple[tuple[str, str], ...] = (
    ("upheld", "结果维持"),
    ("corrected", "结果纠正"),
    ("other", "其他结果"),
    ("pending", "尚未审结"),
    ("total", "总计"),
)
REVIEW_BLOCKS: tuple[tuple[str, str, str | None], ...] = (
    ("reconsideration", "行政复议", None),
    ("litigation_direct", "行政诉讼", "未经复议直接起诉"),
    ("litigation_after_reconsideration", "行政诉讼", "复议后起诉"),
)

HEADINGS: tuple[tuple[str, ...], ...] = (
    (
        "一、总体情况",
        "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
        "四、政府信息公开行政复议、行政诉讼情况",
        "五、存在的主要问题及改进情况",
        "六、其他需要报告的事项",
    ),
    (
        "一、年度工作总体情况",
        "二、行政机关主动公开政府信息情况",
        "三、行政机关收到和处理政府信息公开申请情况",
        "四、因政府信息公开工作被申请行政复议、提起行政诉讼情况",
        "五、政府信息公开工作存在的主要问题及改进情况",
        "六、其他需要报告的事项",
    ),
    (
        "一、 总体情况",
        "二、 主动公开政府信息情况",
        "三、 收到和处理政府信息公开申请情况",
        "四、 政府信息公开行政复议、行政诉讼情况",
        "五、 存在问题及改进情况",
        "六、 其他需要报告的事项",
    ),
)
"""Ways in which the six parts are headed; the first is the notice's own."""
