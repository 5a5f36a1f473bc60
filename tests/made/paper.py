"""A report as it stands on paper, before any file format: lines and tables in order, varied by seed.

`draw` makes one: a random truth, and on it any number of the variations that published reports show
(figures: `varied`, tables: `sheets`, title, headings, dates and notes: here). Everything follows from the
seed. Producers (`producers`) turn papers into files.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from tests.made import form
from tests.made.layout import Printed, Slot, tables
from tests.made.sheets import SHEETS
from tests.made.truth import Truth
from tests.made.varied import FIGURES, drawn


class Line(NamedTuple):
    """A paragraph and what it is."""

    text: str
    kind: Literal["title", "heading", "text", "right", "page-number"] = "text"


Block = Line | Printed


@dataclass(frozen=True, slots=True)
class Paper:
    """A made report: `variations` names what was done to it, `truth` what it prints in the end."""

    seed: str
    truth: Truth
    variations: tuple[str, ...]
    blocks: tuple[Block, ...]

    @property
    def tables(self) -> tuple[Printed, ...]:
        """The statutory tables in order."""
        return tuple(block for block in self.blocks if isinstance(block, Printed) and block.name != "index")


Page = Callable[[Truth, list[Block], random.Random], list[Block]]

_HEADINGS = (
    *form.HEADINGS,
    (
        "一、总体情况",
        "二、行政机关主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
        "四、政府信息公开行政法复议、行政诉讼情况",
        "五、存在问题及改进情况",
        "六、其他需要报告的事项",
    ),
    (
        "（一）总体情况",
        "（二）主动公开政府信息情况",
        "（三）收到和处理政府信息公开申请情况",
        "（四）因政府信息公开申请行政复议、提起行政诉讼的情况",
        "（四）信息工作存在的不足以及改进情况",
        "（六）其他需要报告的事项",
    ),
)
_SECOND = "（虚构市示例委员会）"
_TITLES = (
    "{organization}{year}年政府信息公开工作年度报告",
    "{organization}{year} 年度政府信息公开工作年度报告",
    "{year} 年{organization}政府信息公开工作年度报告",
    "{organization}{year}年信息公开年度报告",
    "{organization}{year}年度政府信息公开年度工作报告",
    "{organization}政府信息公开工作{year}年度报告",
    "{organization}{year}年政务信息公开年度报告",
    "{organization}{year}年政府信息公开工作的年度报告",
)
_PERIODS = (
    "所列数据的统计期限为{year}年1月1日-{year}年12月31日。",
    "本报告中所列数据的统计期限从{year}年1月1日起到12月31日止。",
    "数据统计限自{year} 年 1 月 1 日起至 {year} 年 12 月 31 日止。",
    "",
)


def draw(
    seed: int | str, names: Sequence[str] | None = None, truth: Truth | None = None, *, most: int = 5
) -> Paper:
    """The paper of that seed, with those variations or with up to `most` drawn at random."""
    rng = random.Random(f"paper/{seed}")
    truth = truth or drawn(seed)
    if names is None:
        count = rng.choice((0, 1, 1, 2, 3, most))
        names = rng.sample((*FIGURES, *SHEETS, *PAGES), min(count, most))
    # In this order, whatever the order in which they were drawn.
    for name in (name for name in FIGURES if name in names):
        truth = FIGURES[name](truth, random.Random(f"{seed}/{name}"))
    in_three = "three-reviews" in names
    printed = {
        part: tuple(table for whole in grids for table in _sheets(whole, names, seed))
        for part, grids in tables(truth, review_tables=3 if in_three else 1).items()
    }
    blocks = _blocks(truth, printed, _HEADINGS[0])
    for name in (name for name in PAGES if name in names):
        blocks = PAGES[name](truth, blocks, random.Random(f"{seed}/{name}"))
    if any(isinstance(b, Line) and b.kind == "title" and _SECOND in b.text for b in blocks):
        truth = replace(truth, organization=truth.organization + _SECOND)
    return Paper(str(seed), truth, tuple(sorted(names)), tuple(blocks))


def title_of(paper: Paper) -> str:
    """The title as printed, its lines joined; the truth's own where the page has none."""
    shown = [b.text for b in paper.blocks if isinstance(b, Line) and b.kind == "title"]
    return "".join(shown) or paper.truth.title


def _sheets(whole: Printed, names: Sequence[str], seed: int | str) -> list[Printed]:
    out = [whole]
    for name in (name for name in SHEETS if name in names):
        # A variation that parts the table is applied to what is whole only.
        if name in ("page-break", "repeated-header", "invented-header") and len(out) > 1:
            continue
        rng = random.Random(f"{seed}/{name}/{whole.name}/{whole.rows[0][0].text}")
        out = [piece for table in out for piece in SHEETS[name](table, rng)]
    return out


def _blocks(truth: Truth, printed: dict[int, tuple[Printed, ...]], headings: Sequence[str]) -> list[Block]:
    out: list[Block] = [Line(truth.title, "title"), *map(Line, truth.preface)]
    for part, heading in enumerate(headings, start=1):
        out.append(Line(heading, "heading"))
        out += map(Line, truth.prose.get(part, ()))
        for k, table in enumerate(printed.get(part, ())):
            again = k and table.name == "requests"
            out += [Line(f"— {part + 2} —", "page-number"), table] if again else [table]
    day = truth.published
    out.append(Line(truth.organization, "right"))
    out.append(Line(f"{day.year}年{day.month}月{day.day}日", "right"))
    return out


def _retitled(blocks: list[Block], lines: Sequence[str]) -> list[Block]:
    rest = [b for b in blocks if not (isinstance(b, Line) and b.kind == "title")]
    return [*(Line(text, "title") for text in lines), *rest]


def other_title(truth: Truth, blocks: list[Block], rng: random.Random) -> list[Block]:
    """The title in another of the forms met."""
    text = rng.choice(_TITLES).format(organization=truth.organization, year=truth.year)
    return _retitled(blocks, [text])


def split_title(truth: Truth, blocks: list[Block], rng: random.Random) -> list[Block]:
    """The title over two lines: the name alone, or a break in the middle."""
    year = truth.year
    rest = f"{year}年政府信息公开工作年度报告"
    lines = rng.choice(
        (
            (truth.organization, rest),
            (truth.organization + f"{year}年", "政府信息公开工作年度报告"),
            (f"{year} 年{truth.organization}政府信息公开工作", "年度报告"),
        )
    )
    return _retitled(blocks, lines)


def no_title(truth: Truth, blocks: list[Block], rng: random.Random) -> list[Block]:
    """No title in the body."""
    return _retitled(blocks, [])


def other_headings(truth: Truth, blocks: list[Block], rng: random.Random) -> list[Block]:
    """The six parts headed in other words, or their numbers lost as list styling is."""
    chosen = rng.choice(_HEADINGS[1:])
    lost = rng.random() < 0.3
    new = dict(zip(_HEADINGS[0], chosen, strict=True))
    return [
        Line(_unnumbered(b.text) if lost else new[b.text], "heading")
        if isinstance(b, Line) and b.kind == "heading"
        else b
        for b in blocks
    ]


def no_headings(truth: Truth, blocks: list[Block], rng: random.Random) -> list[Block]:
    """Some headings missing."""
    gone = rng.sample(_HEADINGS[0], rng.randrange(1, 4))
    return [b for b in blocks if not (isinstance(b, Line) and b.text in gone)]


def other_period(truth: Truth, blocks: list[Block], rng: random.Random) -> list[Block]:
    """The statistical period in other words, or not at all."""
    text = rng.choice(_PERIODS).format(year=truth.year)
    return [
        Line(b.text.split("所列数据")[0] + text) if isinstance(b, Line) and "统计期限" in b.text else b
        for b in blocks
    ]


def wrong_year(truth: Truth, blocks: list[Block], rng: random.Random) -> list[Block]:
    """Another year in the prose, copied from the report of the year before."""
    return [
        Line(b.text.replace(f"{truth.year}年，", f"{truth.year - 1}年，", 1))
        if isinstance(b, Line) and b.kind == "text"
        else b
        for b in blocks
    ]


def no_name(truth: Truth, blocks: list[Block], rng: random.Random) -> list[Block]:
    """我局 in the prose instead of the name."""
    return [
        Line(b.text.replace(truth.organization, "我局"), b.kind)
        if isinstance(b, Line) and b.kind == "text"
        else b
        for b in blocks
    ]


def second_name(truth: Truth, blocks: list[Block], rng: random.Random) -> list[Block]:
    """A second name in brackets behind the first, as bodies with two nameplates print it."""
    whole = f"{truth.organization}{_SECOND}{truth.year}年政府信息公开工作年度报告"
    return _retitled(blocks, [whole])


def index_table(truth: Truth, blocks: list[Block], rng: random.Random) -> list[Block]:
    """The metadata block that portals print above an article, a table before the statutory ones."""
    body = rng.choice((truth.organization, "", "虚构市人民政府"))
    pairs = (
        ("索 引 号", f"000{truth.year}-GK-0001"), ("主题分类", ""), ("发布机构", body),
        ("发布日期", truth.published.isoformat()), ("名    称", truth.title), ("文    号", "-"),
    )  # fmt: skip
    slots = [(Slot(label, 0), Slot(value, 1)) for label, value in pairs]
    rows = tuple(
        (*a, *(s._replace(column=s.column + 2) for s in b))
        for a, b in zip(slots[::2], slots[1::2], strict=True)
    )
    return [Printed("index", rows, 4, 0), *blocks]


def notes(truth: Truth, blocks: list[Block], rng: random.Random) -> list[Block]:
    """Prose between a heading and its table, and a note below one."""
    out: list[Block] = []
    for block in blocks:
        if isinstance(block, Printed) and block.name == "active_disclosure":
            out.append(Line(f"本年度制发示例文件{rng.randrange(3, 90)}件，行政许可{rng.randrange(90)}件。"))
        out.append(block)
        if isinstance(block, Printed) and block.name == "review":
            out.append(Line("注：行政复议、行政诉讼数量含上年度结转数量。"))
    return out


def own_table(truth: Truth, blocks: list[Block], rng: random.Random) -> list[Block]:
    """A table of the body's own in part 1, with figures and words of the form."""
    labels = ("类别", "网站公开", "依申请公开", "行政许可", "总计")
    rows = (
        tuple(Slot(text, i) for i, text in enumerate(labels)),
        (Slot("数量", 0), *(Slot(str(rng.randrange(500)), i) for i in range(1, 5))),
    )
    at = next(i for i, b in enumerate(blocks) if isinstance(b, Printed) and b.name != "index") - 1
    return [*blocks[:at], Printed("own", rows, 5, 1), *blocks[at:]]


def after(truth: Truth, blocks: list[Block], rng: random.Random) -> list[Block]:
    """What follows the report on a page: attachments, an advert, a list of other reports."""
    tail = rng.choice(
        (
            ("附件下载", f"{truth.title}.docx"),
            ("扫描下方二维码关注虚构发布",),
            ("上一篇：示例通知", f"下一篇：虚构县某局{truth.year - 1}年政府信息公开工作年度报告"),
        )
    )
    return [*blocks, *map(Line, tail)]


def _unchanged(truth: Truth, blocks: list[Block], rng: random.Random) -> list[Block]:
    return blocks


PAGES: dict[str, Page] = {
    "three-reviews": _unchanged,  # drawn where the tables are laid out
    "other-title": other_title,
    "split-title": split_title,
    "second-name": second_name,
    "no-title": no_title,
    "other-headings": other_headings,
    "no-headings": no_headings,
    "other-period": other_period,
    "wrong-year": wrong_year,
    "no-name": no_name,
    "index-table": index_table,
    "notes": notes,
    "own-table": own_table,
    "after": after,
}
"""Every variation of the page by name, in the order in which they are applied."""
VARIATIONS: tuple[str, ...] = (*FIGURES, *SHEETS, *PAGES)


def _unnumbered(heading: str) -> str:
    return heading.split("、", 1)[1].strip()


def only(paper: Paper, *kept: str) -> Paper:
    """The same seed with those variations alone: how a failing paper is made smaller."""
    return draw(paper.seed, kept)
