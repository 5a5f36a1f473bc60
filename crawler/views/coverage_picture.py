"""Coverage as a picture for an article: bodies × years as coloured squares, PNG or SVG.

Everything is laid out in inches on one sheet, so that five bodies and two hundred look alike. Colours follow
those of Okabe and Ito (jfly.uni-koeln.de/color), which the colour-blind tell apart; each square says in a
sign what its colour says. Needs matplotlib (the extra `pictures`) and a font with Chinese letters.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from crawler.errors import OutputError
from crawler.views.coverage import KIND_NAMES, SIGNS
from pipelines.coverage.model import Body, Cell, Coverage, State, day_in_china

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Language = Literal["zh", "en"]
ENDINGS = (".png", ".svg")
FONTS = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "PingFang SC", "Hiragino Sans GB",
    "Microsoft YaHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei", "Noto Sans SC",
    "Noto Sans CJK JP", "Droid Sans Fallback", "Noto Serif CJK SC", "SimSun",
)  # fmt: skip
"""Families with Chinese letters, the fittest first."""
COLOURS: dict[State, tuple[str, str, str]] = {
    "on-time": ("#bfe3d3", "#0b5a3f", ""),
    "late": ("#e69f00", "#2b1d00", ""),
    "missing": ("#c0390b", "#ffffff", ""),
    "changed": ("#cc79a7", "#2d0f20", ""),
    "blocked": ("#56b4e9", "#05263a", ""),
    "unread": ("#b9dcf2", "#05263a", ""),
    "undated": ("#e3ecd0", "#3c4a1e", ""),
    "not-yet-due": ("#ffffff", "#8a8a8a", ""),
    "did-not-exist": ("#ffffff", "#bdbdbd", ""),
    "unknown": ("#f1f1f1", "#9a9a9a", "////"),
}
"""State -> colour of the square, of its sign, and hatching."""
CELL, ROW, GAP, MARGIN = 0.52, 0.27, 0.03, 0.35
HEAD, LINE = 0.95, 0.24
LETTER = 0.128
"""Width of a Chinese letter of the rows' size."""
LONGEST = 22
"""Letters of a name that are shown."""
PANEL = 42
"""Rows of a panel; more bodies make more panels beside each other."""
YEARS = 12
"""Columns, where nobody asks for certain years."""

_WORDS: dict[Language, dict[str, Any]] = {
    "zh": {
        "title": "{place}：政府信息公开工作年度报告公布情况",
        "kind": KIND_NAMES,
        "again": "（续）",
        "counts": "{year}年度报告：{counts}",
        "source": "资料来源：{place}（{site}）网站存档（Gongkai），截至{day}（北京时间）。"
        "数字为逾期天数，≥ 为至少。{article}",
        "article": "期限：县级以上政府部门次年1月31日前，本级政府3月31日前（《政府信息公开条例》第四十九条；"
        "2018年度及以前为3月31日，原条例第三十一条）。",
    },
    "en": {
        "title": "{place}: annual reports on government information disclosure",
        "kind": {
            "government": "Government",
            "department": "Departments",
            "institution": "Others",
            "township": "Towns and subdistricts",
        },
        "again": " (continued)",
        "counts": "Reports of {year}: {counts}",
        "source": "Source: archive of the site of {place} ({site}), Gongkai, as of {day}, Beijing time. "
        "Figures are days late, ≥ means at least. {article}",
        "article": "Due: departments by 31 January of the following year, governments by 31 March (decree "
        "711, Article 49; up to 2018 all by 31 March, decree 492, Article 31).",
    },
}
"""Words of the picture."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a panel: a body, or the heading of a kind."""

    text: str
    body: Body | None = None


def draw(coverage: Coverage, file: Path, language: Language = "zh", *, standard: bool = True) -> None:
    """Writes the picture; the file's ending says which kind.

    `standard`: deadlines are the decrees' own, and the source line may cite them.

    Raises:
        OutputError: where matplotlib or a font is missing, or the file cannot be written; says what to do.
    """
    if file.suffix.lower() not in ENDINGS:
        raise OutputError(f"{file}: a picture's name ends in {' or '.join(ENDINGS)}.")
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError:
        raise OutputError("Pictures need matplotlib: pip install 'gongkai[pictures]'") from None
    style: dict[Any, Any] = {
        "font.family": [chinese_font(), "DejaVu Sans"],
        "svg.hashsalt": "gongkai",
        "hatch.linewidth": 0.4,
        "hatch.color": "#d5d5d5",
    }
    with matplotlib.rc_context(style):
        panels = list(_panels(coverage, language))
        sheet = _Sheet(coverage, panels, language, standard)
        figure = Figure(figsize=(sheet.width, sheet.height))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, sheet.width)
        axes.set_ylim(sheet.height, 0)
        axes.axis("off")
        sheet.draw(axes)
        # No time of making: the same coverage gives the same file.
        told = {"Date": None} if file.suffix.lower() == ".svg" else {"Software": None}
        try:
            figure.savefig(file, dpi=200, facecolor="white", metadata=told)
        except OSError as error:
            raise OutputError(f"{file} cannot be written: {error.strerror or error}.") from None


def chinese_font() -> str:
    """The family of a font with Chinese letters.

    Raises:
        OutputError: where this machine has none; names packages.
    """
    from matplotlib import font_manager

    there = {font.name for font in font_manager.fontManager.ttflist}
    if found := next((name for name in FONTS if name in there), None):
        return found
    for path in sorted(font_manager.findSystemFonts()):  # installed since matplotlib last looked
        if any(
            word in Path(path).name.lower() for word in ("cjk", "wqy", "hei", "hansans", "pingfang", "song")
        ):
            font_manager.fontManager.addfont(path)
            return font_manager.FontProperties(fname=path).get_name()
    raise OutputError(
        "No font with Chinese letters is installed: apt install fonts-noto-cjk (Debian, Ubuntu), "
        "dnf install google-noto-sans-cjk-fonts (Fedora), brew install font-noto-sans-cjk-sc (macOS)."
    )


def _panels(coverage: Coverage, language: Language) -> Iterator[list[Line]]:
    """The rows, in as few panels as hold them, of about one height."""
    lines: list[Line] = []
    kinds = _WORDS[language]["kind"]
    for body in coverage.bodies:
        if not lines or lines[-1].body is None or lines[-1].body.kind != body.kind:
            lines.append(Line(kinds[body.kind]))
        lines.append(Line(_short(body.name, coverage.place), body))
    count = max(1, math.ceil(len(lines) / PANEL))
    height = math.ceil(len(lines) / count)
    while lines:
        cut = height - (height < len(lines) and lines[height - 1].body is None)  # no heading stands last
        panel, lines = lines[:cut], lines[cut:]
        if (first := panel[0].body) is not None:
            panel.insert(0, Line(kinds[first.kind] + _WORDS[language]["again"]))
        yield panel


def _short(name: str, place: str) -> str:
    """A name without the place that stands in the title, and not too long."""
    starts = [place[at:] for at in range(len(place) - 1)] if place else []
    for start in starts:
        if name.startswith(start) and len(name) - len(start) >= 3 and name[len(start) :] != "人民政府":
            name = name.removeprefix(start)
            break
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"


class _Sheet:
    """One picture's measures, and what is drawn where; lengths in inches from the top left."""

    def __init__(
        self, coverage: Coverage, panels: Sequence[Sequence[Line]], language: Language, standard: bool
    ) -> None:
        self._coverage = coverage
        self._panels = panels
        self._language: Language = language
        self._words = _WORDS[language]
        longest = max((_width(line.text) for panel in panels for line in panel), default=8)
        self._names = max(8, longest) * LETTER + 0.12
        self._panel = self._names + len(coverage.years) * CELL
        natural = MARGIN * 2 + len(panels) * self._panel + (len(panels) - 1) * MARGIN
        self.width = max(natural, 7.2)
        self._room = self.width - 2 * MARGIN
        self._source = list(_wrapped(self._source_line(standard), self._room / 0.103))
        self._title = list(
            _wrapped(self._words["title"].format(place=coverage.place or coverage.site), self._room / 0.215)
        )
        self._legend = list(self._legend_rows())
        self._top = HEAD + (len(self._title) - 1) * 0.33
        rows = max((len(panel) for panel in panels), default=1)
        self._bottom = self._top + 0.3 + rows * ROW + 0.15
        self.height = self._bottom + len(self._legend) * 0.28 + 0.1 + len(self._source) * 0.19 + MARGIN

    def draw(self, axes: Axes) -> None:
        """Everything."""
        for at, text in enumerate(self._title):
            axes.text(MARGIN, 0.45 + at * 0.33, text, fontsize=15.5, weight="bold", va="center")
        axes.text(MARGIN, self._top - 0.18, self._counts(), fontsize=10, color="#444444", va="center")
        for number, panel in enumerate(self._panels):
            self._draw_panel(axes, MARGIN + number * (self._panel + MARGIN), panel)
        for row, entries in enumerate(self._legend):
            self._draw_legend(axes, self._bottom + 0.14 + row * 0.28, entries)
        below = self._bottom + len(self._legend) * 0.28 + 0.2
        for at, text in enumerate(self._source):
            axes.text(MARGIN, below + at * 0.19, text, fontsize=7.2, color="#666666", va="center")

    def _draw_panel(self, axes: Axes, left: float, panel: Sequence[Line]) -> None:
        for at, year in enumerate(self._coverage.years):
            x = left + self._names + (at + 0.5) * CELL
            axes.text(x, self._top + 0.13, str(year), fontsize=8.5, ha="center", va="center", color="#444444")
        for number, line in enumerate(panel):
            y = self._top + 0.3 + number * ROW
            if line.body is None:
                axes.text(left, y + ROW / 2, line.text, fontsize=9, weight="bold", va="center")
                end = left + self._panel
                axes.plot([left, end], [y + ROW, y + ROW], color="#999999", linewidth=0.6)
                continue
            axes.text(left, y + ROW / 2, line.text, fontsize=9, va="center")
            for at, cell in enumerate(line.body.cells):
                self._square(axes, left + self._names + at * CELL, y, cell.state, _mark(cell))

    def _draw_legend(self, axes: Axes, y: float, entries: Sequence[tuple[State, str, float]]) -> None:
        for state, text, x in entries:
            self._square(
                axes, MARGIN + x, y - ROW / 2, state, "3" if state == "late" else SIGNS[state][0], 0.36
            )
            axes.text(MARGIN + x + 0.43, y, text, fontsize=8.5, va="center")

    def _square(self, axes: Axes, x: float, y: float, state: State, mark: str, width: float = CELL) -> None:
        from matplotlib.patches import Rectangle

        colour, ink, hatch = COLOURS[state]
        edge = "#cfcfcf" if state == "not-yet-due" else "none"
        if state != "did-not-exist":
            axes.add_patch(
                Rectangle(
                    (x + GAP / 2, y + GAP / 2), width - GAP, ROW - GAP,
                    facecolor=colour, edgecolor=edge, linewidth=0.5, hatch=hatch or None,
                )
            )  # fmt: skip
        if state != "unknown":
            axes.text(
                x + width / 2, y + ROW / 2, mark, fontsize=8, color=ink, ha="center", va="center_baseline"
            )

    def _legend_rows(self) -> Iterator[list[tuple[State, str, float]]]:
        """The states that occur, side by side as far as there is room."""
        used = {cell.state for body in self._coverage.bodies for cell in body.cells}
        row: list[tuple[State, str, float]] = []
        x = 0.0
        for state in SIGNS:
            if state not in used:
                continue
            text = SIGNS[state][3] if self._language == "zh" else SIGNS[state][2]
            width = 0.43 + _width(text) * 0.12 + 0.28
            if row and x + width > self._room:
                yield row
                row, x = [], 0.0
            row.append((state, text, x))
            x += width
        if row:
            yield row

    def _counts(self) -> str:
        if not self._coverage.years:
            return ""
        year = self._coverage.years[-1]
        counted = [
            f"{SIGNS[state][3] if self._language == 'zh' else state} {number}"
            for state, number in self._coverage.counts(year).items()
            if number
        ]
        separator = "，" if self._language == "zh" else ", "
        text: str = self._words["counts"].format(year=year, counts=separator.join(counted))
        return text

    def _source_line(self, standard: bool) -> str:
        text: str = self._words["source"].format(
            place=self._coverage.place or "?",
            site=self._coverage.site,
            day=self._coverage.today.isoformat(),
            article=self._words["article"] if standard else "",
        )
        if (looked := self._coverage.looked) is not None:
            day = day_in_china(looked).isoformat()
            text += f"最近一次完整抓取：{day}。" if self._language == "zh" else f" Last whole crawl: {day}."
        return text


def _mark(cell: Cell) -> str:
    sign = "" if cell.state == "late" else SIGNS[cell.state][0]
    days = "" if cell.late_days is None else f"{'≥' if cell.says('at-least') else ''}{cell.late_days}"
    return sign + days


def _width(text: str) -> float:
    """How wide a text is, in Chinese letters."""
    return sum(0.55 if ord(letter) < 0x2000 else 1.0 for letter in text)


def _wrapped(text: str, room: float) -> Iterator[str]:
    """The text in lines of so many Chinese letters' width, broken at a space or between Chinese letters."""
    line, width = "", 0.0
    for piece in _pieces(text):
        if line and width + _width(piece.rstrip()) > room:
            yield line.rstrip()
            line, width = "", 0.0
        line += piece
        width += _width(piece)
    if line:
        yield line.rstrip()


def _pieces(text: str) -> Iterator[str]:
    """Words with the space behind them, and Chinese letters, each with the marks that begin no line."""
    piece = ""
    for letter in text:
        wide = ord(letter) >= 0x2000
        if (
            piece
            and (wide or piece[-1] == " " or ord(piece[-1]) >= 0x2000)
            and letter not in "，。、；：）》”’…,.;:)"
        ):
            yield piece
            piece = ""
        piece += letter
    if piece:
        yield piece
