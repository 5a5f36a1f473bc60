"""The statutory form as data: rows, columns, and the words that print them, for each edition.

国办公开办函〔2019〕60号 (edition 2019) and 国办公开办函〔2021〕30号 (edition 2021), under Article 50 of the
政府信息公开条例. A label's first form is the printed one; those after it are variants met in reports.
Adding an edition or a variant touches this file only. No matching happens here.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.report.labels import Labels
from pipelines.report.model import Edition, TableName

REQUEST_COLUMNS: dict[str, tuple[str, ...]] = {
    "natural_person": ("自然人", "公民"),
    "business": ("商业企业", "商业机构", "企业"),
    "research_institution": ("科研机构", "科研单位", "科研院所"),
    "public_interest_organization": ("社会公益组织", "社会公益", "公益组织", "社会公益机构"),
    "legal_service": ("法律服务机构", "法律服务", "法律服务组织"),
    "other_organization": ("其他", "其他组织"),
    "total": ("总计", "合计", "总数"),
}
request_column_groups = Labels(
    {
        "applicants": ("申请人情况",),
        "organizations": ("法人或其他组织", "法人或者其他组织", "法人和其他组织", "法人及其他组织"),
        "corner": (
            "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）",
            "本列数据的勾稽关系为第一项加第二项之和等于第三项加第四项之和",
            "本列数据的钩稽关系为第一项加第二项之和等于第三项加第四项之和",
        ),
    }
)

REQUEST_GROUPS: dict[str, tuple[str, ...]] = {
    "processed": ("三、本年度办理结果", "本年办理结果", "本年度办理结果情况"),
    "denied": ("（三）不予公开",),
    "unavailable": ("（四）无法提供",),
    "not_processed": ("（五）不予处理",),
    "other": ("（六）其他处理", "（六）其他"),
}
"""Group labels; they print no numbers of their own, except （六） in edition 2019."""

REQUEST_ROWS: dict[str, tuple[str, ...]] = {
    "received": (
        "一、本年新收政府信息公开申请数量",
        "本年新收政府信息公开申请数",
        "本年度新收政府信息公开申请数量",
        "本年收到政府信息公开申请数量",
        "本年收到申请数量",
        "本年新收申请数量",
    ),
    "carried_in": (
        "二、上年结转政府信息公开申请数量",
        "上年度结转政府信息公开申请数量",
        "上年结转政府信息公开申请数",
        "上年度结转申请数量",
        "上年结转申请数量",
    ),
    "granted": ("（一）予以公开",),
    "granted_in_part": (
        "（二）部分公开（区分处理的，只计这一情形，不计其他情形）",
        "部分公开",
    ),
    "denied_state_secret": ("1.属于国家秘密",),
    "denied_by_law": ("2.其他法律行政法规禁止公开", "其他法律法规禁止公开"),
    "denied_safety_stability": ("3.危及“三安全一稳定”", "危及国家安全、公共安全、经济安全、社会稳定"),
    "denied_third_party": ("4.保护第三方合法权益",),
    "denied_internal_affairs": ("5.属于三类内部事务信息",),
    "denied_deliberative": ("6.属于四类过程性信息",),
    "denied_enforcement_file": ("7.属于行政执法案卷",),
    "denied_administrative_inquiry": ("8.属于行政查询事项",),
    "unavailable_not_held": ("1.本机关不掌握相关政府信息", "本机关不掌握"),
    "unavailable_needs_creation": ("2.没有现成信息需要另行制作",),
    "unavailable_unclear": ("3.补正后申请内容仍不明确",),
    "not_processed_petition": ("1.信访举报投诉类申请",),
    "not_processed_repeat": ("2.重复申请",),
    "not_processed_publication": ("3.要求提供公开出版物",),
    "not_processed_excessive": ("4.无正当理由大量反复申请", "大量反复申请"),
    "not_processed_reissue": (
        "5.要求行政机关确认或重新出具已获取信息",
        "要求行政机关确认或者重新出具已获取信息",
    ),
    "other_correction_overdue": (
        "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
        "申请人无正当理由逾期不补正",
        "逾期不补正",
    ),
    "other_fee_overdue": (
        "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
        "申请人逾期未按收费通知要求缴纳费用",
        "逾期不缴费",
        "逾期未缴费",
        "逾期未缴纳费用",
    ),
    "other_other": ("3.其他",),
    "other": ("（六）其他处理",),
    "total_processed": ("（七）总计", "（七）合计"),
    "carried_forward": (
        "四、结转下年度继续办理",
        "结转下年度继续办理数量",
        "结转下年继续办理",
        "结转下一年度继续办理",
        "结转下年度办理",
    ),
}
REQUEST_GROUP_OF: dict[str, str] = {
    key: next((g for g in ("denied", "unavailable", "not_processed", "other") if key.startswith(g + "_")), "")
    for key in REQUEST_ROWS
}

ACTIVE_COLUMNS: dict[str, tuple[str, ...]] = {
    "issued": ("本年制发件数", "本年制发数量", "本年制发数"),
    "repealed": ("本年废止件数", "本年废止数量", "本年废止数"),
    "in_force": ("现行有效件数", "现行有效数量", "现行有效数"),
    "made": ("本年新制作数量", "本年新制作数", "本年新制作"),
    "disclosed": ("本年新公开数量", "本年新公开数", "本年新公开"),
    "disclosed_total": ("对外公开总数量", "对外公开总数"),
    "prior_items": ("上一年项目数量", "上年项目数量", "上一年度项目数量"),
    "change": ("本年增/减", "本年增减", "本年增／减数量", "本年度增/减"),
    "decisions_2019": ("处理决定数量", "处理决定数"),
    "decisions_2021": ("本年处理决定数量", "本年处理决定数", "本年度处理决定数量"),
    "fee_amount": ("本年收费金额（单位：万元）", "本年收费金额", "本年度收费金额", "收费金额"),
    "items": ("采购项目数量", "采购项目数"),
    "procurement_amount": ("采购总金额", "采购金额"),
}
"""Printed columns of 表二. `published_column` gives a column's key in the report."""

_PUBLISHED = {
    "decisions_2019": "decisions",
    "decisions_2021": "decisions",
    "fee_amount": "amount",
    "procurement_amount": "amount",
}

ACTIVE_ROWS: dict[str, tuple[str, ...]] = {
    "rules": ("规章", "政府规章", "地方政府规章"),
    "normative_documents": ("行政规范性文件", "规范性文件"),
    "licensing": ("行政许可", "行政许可事项"),
    "other_external_services": ("其他对外管理服务事项", "其他对外管理服务"),
    "penalties": ("行政处罚", "行政处罚事项"),
    "compulsion": ("行政强制", "行政强制事项", "行政强制措施"),
    "fees": ("行政事业性收费", "行政事业性收费项目"),
    "procurement": ("政府集中采购", "政府采购"),
}

ACTIVE_FORM: dict[Edition, dict[str, tuple[str, ...]]] = {
    "2021": {
        "rules": ("issued", "repealed", "in_force"),
        "normative_documents": ("issued", "repealed", "in_force"),
        "licensing": ("decisions_2021",),
        "penalties": ("decisions_2021",),
        "compulsion": ("decisions_2021",),
        "fees": ("fee_amount",),
    },
    "2019": {
        "rules": ("made", "disclosed", "disclosed_total"),
        "normative_documents": ("made", "disclosed", "disclosed_total"),
        "licensing": ("prior_items", "change", "decisions_2019"),
        "other_external_services": ("prior_items", "change", "decisions_2019"),
        "penalties": ("prior_items", "change", "decisions_2019"),
        "compulsion": ("prior_items", "change", "decisions_2019"),
        "fees": ("prior_items", "change"),
        "procurement": ("items", "procurement_amount"),
    },
}

REVIEW_BLOCKS: dict[str, tuple[str, ...]] = {
    "reconsideration": ("行政复议",),
    "litigation_direct": ("未经复议直接起诉", "行政诉讼未经复议直接起诉", "未经行政复议直接起诉"),
    "litigation_after_reconsideration": (
        "复议后起诉",
        "行政诉讼复议后起诉",
        "经复议后起诉",
        "行政复议后起诉",
    ),
}
REVIEW_COLUMNS: dict[str, tuple[str, ...]] = {
    "upheld": ("结果维持", "维持结果", "维持"),
    "corrected": ("结果纠正", "纠正结果", "纠正"),
    "other": ("其他结果", "结果其他"),
    "pending": ("尚未审结", "尚未结案", "未审结"),
    "total": ("总计", "合计"),
}

request_rows = Labels(
    {
        key: forms
        for key, forms in REQUEST_ROWS.items()
        if key not in ("other", "other_other", "total_processed")
    },
    prefixes=[f for forms in REQUEST_GROUPS.values() for f in forms]
    + [
        "本年度办理结果不予公开",
        "本年度办理结果无法提供",
        "本年度办理结果不予处理",
        "本年度办理结果其他处理",
    ],
)
request_columns = Labels(REQUEST_COLUMNS)
request_groups = Labels(REQUEST_GROUPS)
active_rows = Labels(ACTIVE_ROWS)
active_columns = Labels(ACTIVE_COLUMNS)
review_blocks = Labels({**REVIEW_BLOCKS, "litigation": ("行政诉讼",)})
review_columns = Labels(REVIEW_COLUMNS)
review_cells = Labels(
    {
        f"{block}.{column}": [b + c for b in blocks for c in columns]
        for block, blocks in REVIEW_BLOCKS.items()
        for column, columns in REVIEW_COLUMNS.items()
    }
)
"""表四 with block and column in one label: 行政复议结果维持."""

EDITION_OF_COLUMN: dict[str, Edition] = {
    column: edition
    for edition, rows in ACTIVE_FORM.items()
    for columns in rows.values()
    for column in columns
}
REQUEST_2021_ONLY = ("other_correction_overdue", "other_fee_overdue", "other_other")


def published_column(column: str) -> str:
    """The report's key of a printed column of 表二."""
    return _PUBLISHED.get(column, column)


def row_label(table: TableName, row: str) -> str:
    """The words that the form prints for a row."""
    forms = {"active_disclosure": ACTIVE_ROWS, "requests": REQUEST_ROWS, "review": REVIEW_BLOCKS}[table]
    return forms[row][0]


def expected_rows(table: TableName, edition: Edition | None) -> tuple[str, ...]:
    """The rows that a table of that edition prints; those common to all editions where it is unknown."""
    if table == "requests":
        skip = {"2021": ("other",), "2019": REQUEST_2021_ONLY}.get(
            edition or "", ("other", *REQUEST_2021_ONLY)
        )
        return tuple(row for row in REQUEST_ROWS if row not in skip)
    if table == "review":
        return tuple(REVIEW_BLOCKS)
    return tuple(ACTIVE_FORM[edition if edition in ACTIVE_FORM else "2021"])


@dataclass(frozen=True, slots=True)
class TableForm:
    """How a table is called: in findings, and in the report's section headings."""

    chinese: str
    section: int


TABLE_FORMS: dict[TableName, TableForm] = {
    "active_disclosure": TableForm("主动公开政府信息情况", 2),
    "requests": TableForm("收到和处理政府信息公开申请情况", 3),
    "review": TableForm("政府信息公开行政复议、行政诉讼情况", 4),
}
