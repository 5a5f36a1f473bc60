"""Prose of invented reports: paragraphs of the parts 1, 5 and 6 and the preface.

It holds what makes real prose hard: section names in the preface and in sub-headings, telephone numbers
and postcodes, other years, numbers that belong to no table. Every sentence is our own.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

_WORK = (
    "全年在示例专栏发布各类样本信息{n}条，其中图文解读{m}条，均为演示数据。",
    "虚构公众号推送示例内容{n}篇，阅读量{m}人次，评论逐条回复。",
    "组织示例开放日{m}场，样本市民{n}人次参加，现场收集建议并登记造册。",
    "修订虚构的内部流程{m}项，培训示例工作人员{n}人次。",
)
_PROBLEMS = (
    "一是样本栏目更新还不够快，个别示例页面的检索结果不够准确。",
    "二是虚构材料的解读形式较为单一，图表偏少。",
    "下一步，将按季度核对示例目录，并在{next}年完成样本栏目的整理。",
)
_OTHER = ("本年度没有其他需要报告的虚构事项。", "本报告为演示用的虚构文本，未收取信息处理费。")


def make_prose(
    rng: random.Random,
    organization: str,
    year: int,
    requests: Mapping[str, Mapping[str, object]],
) -> tuple[tuple[str, ...], dict[int, tuple[str, ...]]]:
    """(preface, paragraphs by part); figures stated for a table's cell agree with `requests`."""
    preface = (
        f"本报告依照政府信息公开条例的要求编写，由总体情况、主动公开政府信息情况、收到和处理政府信息公开申请情况、"
        f"政府信息公开行政复议、行政诉讼情况、存在的主要问题及改进情况、其他需要报告的事项六部分组成。"
        f"所列数据的统计期限自{year}年1月1日起至{year}年12月31日止。",
        f"对本报告有疑问的，请与{organization}联系（地址：虚构路{rng.randrange(1, 400)}号，"
        f"邮编：{rng.randrange(100000, 102999)}，电话：010-{rng.randrange(10**7, 10**8)}）。",
    )

    def work() -> str:
        return rng.choice(_WORK).format(n=rng.randrange(20, 9000), m=rng.randrange(2, 300))

    received, carried = requests["received"]["total"], requests["carried_in"]["total"]
    general = (
        f"{year}年，{organization}围绕示例任务开展工作，具体情况如下。",
        "（一）主动公开政府信息情况",
        work(),
        work(),
        "（二）依申请公开情况",
        f"全年新收政府信息公开申请{received}件，上年结转{carried}件，均按虚构规程登记办理。",
        "（三）平台建设与监督保障情况",
        work(),
    )
    problems = tuple(text.format(next=year + 1) for text in _PROBLEMS)
    return preface, {1: general, 5: problems, 6: (rng.choice(_OTHER),)}
