"""What the sentences count beside what the tables count: a difference is told, a doubt is not."""

from __future__ import annotations

import pytest

from pipelines.report import form
from pipelines.report.model import Report, Section
from pipelines.report.prose_figures import prose_figures

ROWS = {
    "received": 74,
    "carried_in": 1,
    "granted": 40,
    "granted_in_part": 5,
    "denied_state_secret": 1,
    "denied_by_law": 2,
    "total_processed": 70,
    "carried_forward": 5,
}
ONE_UPHELD = {"upheld": 1, "corrected": 0, "other": 0, "pending": 0, "total": 1}


def report(text: str, part: int = 1, cells: dict[str, int | None] | None = None) -> Report:
    totals: dict[str, int | None] = {row: ROWS.get(row, 0) for row in form.expected_rows("requests", "2021")}
    totals |= cells or {}
    return Report(
        year=2023,
        requests={row: {"natural_person": n, "total": n} for row, n in totals.items()},
        review={
            "reconsideration": {"upheld": 3, "corrected": 1, "other": 0, "pending": 0, "total": 4},
            "litigation_direct": {**ONE_UPHELD},
            "litigation_after_reconsideration": {**ONE_UPHELD},
        },
        active_disclosure={
            "normative_documents": {"issued": 12, "repealed": 3, "in_force": 90},
            "licensing": {"decisions": 500},
            "penalties": {"decisions": 60},
            "compulsion": {"decisions": 0},
        },
        sections=(Section(part, "总体情况", text),),
    )


def found(text: str, **more: int | None) -> list[str]:
    made = report(text, cells=more)
    return [finding.where for finding in prose_figures(made, made.sections)]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("2023年，我局共收到政府信息公开申请80件。", "requests.received.total"),
        ("全年受理公民、法人或者其他组织提出的政府信息公开申请８０件。", "requests.received.total"),
        ("收到政府信息公开申请八十件，均已答复。", "requests.received.total"),
        ("收到申请公开80件。", ""),
        ("2023年未收到政府信息公开申请。", "requests.received.total"),
        ("受理依申请 80 件，含上年度结转申请1件。", "requests.received.total"),
        ("收到政府信息公开申请74件，含上年结转申请9件。", "requests.carried_in.total"),
        ("收到政府信息公开申请74件，结转下年度继续办理9件。", "requests.carried_forward.total"),
        ("答复政府信息公开申请99件。", "requests.total_processed.total"),
        ("收到政府信息公开申请74件，其中，予以公开41件，部分公开5件。", "requests.granted.total"),
        (
            "收到政府信息公开申请74件，其中：予以公开40件；部分公开6件；不予公开3件。",
            "requests.granted_in_part.total",
        ),
        ("收到政府信息公开申请74件，予以公开40件，不予公开4件。", "requests.*.total"),
        (
            "收到政府信息公开申请74件，其中予以公开40件、部分公开6件、不予公开3件。",
            "requests.granted_in_part.total",
        ),
        ("因政府信息公开申请引发的行政复议5件，行政诉讼2件。", "review.reconsideration.total"),
        ("因政府信息公开被提起行政诉讼7件。", "review.*.total"),
        ("政府信息公开行政复议4件，其中结果维持2件，结果纠正1件。", "review.reconsideration.upheld"),
        ("全年制发行政规范性文件13件。", "active_disclosure.normative_documents.issued"),
        ("现行有效行政规范性文件91件。", "active_disclosure.normative_documents.in_force"),
        ("废止行政规范性文件4件。", "active_disclosure.normative_documents.repealed"),
        ("作出行政许可决定501件，作出行政处罚决定60件。", "active_disclosure.licensing.decisions"),
        ("办理行政处罚案件61件。", "active_disclosure.penalties.decisions"),
    ],
)
def test_a_figure_that_differs_is_told(text: str, where: str) -> None:
    assert found(text) == ([where] if where else [])


@pytest.mark.parametrize(
    "text",
    [
        "2023年，我局共收到政府信息公开申请74件。",
        "2023年，我局共收到政府信息公开申请75件。",
        "共办结政府信息公开申请70件。",
        "共办结政府信息公开申请75件。",
        "主动公开政府信息7700余条，网站访问量80000次。",
        "2022年收到政府信息公开申请60件。",
        "收到政府信息公开申请数量比上年增加9件。",
        "各镇街收到政府信息公开申请9件。",
        "通过信函收到政府信息公开申请9件，网上申请3件。",
        "收到政府信息公开申请74件，其中受理政府信息公开申请70件。",
        "收到政府信息公开申请74件；市政府办公室收到政府信息公开申请9件。",
        "收到政府信息公开申请约80件。",
        "收到政府信息公开申请80余件。",
        "予以公开及部分公开45件，不予公开、不予处理3件。",
        "公开行政许可信息300件，公示行政处罚决定20件。",
        "区政府及区政府办公室制发行政规范性文件2件。",
        "予以公开、部分公开45件，不予公开3件，无法提供、不予处理9件。",
        "清理规范性文件100件，解读规范性文件2件。",
        "全年受理行政复议案件200件，行政应诉30件。推进政府信息公开。",
        "全年受理行政复议案件200件，办结行政复议180件，推进政府信息公开工作。",
        "政府信息公开行政复议、行政诉讼各2件，结果维持9件。",
        "收到政府信息公开申请 7 4 件。",
        "办理建议提案12件，答复信访件30件。",
        f"收到政府信息公开申请{'9' * 5000}件。",
        "办理答复代表建议12件、收到12345热线工单900件。",
    ],
)
def test_no_false_alarm(text: str) -> None:
    assert found(text) == []


def test_one_sentence_that_agrees_is_enough() -> None:
    assert found("全市共收到政府信息公开申请300件。我局收到政府信息公开申请74件。") == []


def test_a_blank_may_hold_what_the_words_say() -> None:
    assert found("收到政府信息公开申请80件。", carried_in=None) == []
    assert found("收到政府信息公开申请80件。", received=None) == []


def test_the_finding_names_words_and_cells() -> None:
    made = report("收到政府信息公开申请74件，予以公开40件，不予公开4件。")
    (finding,) = prose_figures(made, made.sections)
    assert finding.severity == "info"
    assert "不予公开4件" in finding.message
    assert len(finding.evidence) == 8
    assert all(path.startswith("requests.denied_") for path in finding.evidence)


def test_improvements_and_other_matters_are_not_compared() -> None:
    made = report("收到政府信息公开申请9件。", part=5)
    assert prose_figures(made, made.sections) == ()
