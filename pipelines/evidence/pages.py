"""A page with its reading: the read cells outlined on the picture, and beside each row what was read.

Owns the drawing on pixels. What a colour means is `cells`' business. Only Latin text is drawn: the font
that Pillow brings has no other, and a machine's fonts would make pictures differ from place to place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageColor, ImageDraw, ImageFont

from pipelines.evidence.cells import COLOURS, WORDS, ShownCell, State

PANEL = 830
"""Width of what stands beside the page, in pixels."""
MOST_HEIGHT = 2400
"""A page that is higher is shown smaller, so that the words beside it stay in proportion."""
_BAND = 72
_LINE = 22
_SMALL_LINE = 13
_KEY = 270
_VALUE = 78
_INK = "#24292f"
_PALE = "#6e7781"

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@cache
def _font() -> Font:
    return ImageFont.load_default(17)


@cache
def _small() -> Font:
    return ImageFont.load_default(12)


def _legend_width() -> int:
    return round(sum(_font().getlength(words) + 50 for words in WORDS.values())) + 20


@dataclass(frozen=True, slots=True)
class PageCell:
    """A cell with its box on the picture, in pixels."""

    cell: ShownCell
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Note:
    """A finding's line below the page."""

    letter: str
    severity: str
    text: str


def draw_page(
    picture: Image.Image, scale: float, cells: Iterable[ShownCell], title: str, notes: Sequence[Note]
) -> Image.Image:
    """The picture with the cells outlined, their values beside their rows, a legend and the findings.

    `scale`: pixels of `picture` for each unit of the cells' boxes. Cells without a box are left out. A page
    that lies on its side is turned, so that a row's values stand beside it.
    """
    if picture.height > MOST_HEIGHT:
        smaller = MOST_HEIGHT / picture.height
        picture = picture.resize((max(1, round(picture.width * smaller)), MOST_HEIGHT))
        scale *= smaller
    placed = [
        PageCell(cell, tuple(side * scale for side in box))  # type: ignore[arg-type]
        for cell in cells
        if (box := cell.place.bbox) is not None
    ]
    for _ in range(_quarters(placed)):
        placed = [PageCell(one.cell, _turned(one.box, picture.height)) for one in placed]
        picture = picture.transpose(Image.Transpose.ROTATE_270)
    lines = _lines(placed)
    foot = _LINE * (len(notes) + 1) if notes else 0
    bottom = max(picture.height, max((top + _LINE for top, _ in lines), default=0))
    width = max(picture.width + PANEL, _legend_width())
    sheet = Image.new("RGB", (width, _BAND + bottom + foot), "white")
    sheet.paste(_outlined(picture.convert("RGB"), placed), (0, _BAND))
    draw = ImageDraw.Draw(sheet)
    _head(draw, title, {one.cell.state for one in placed})
    draw.line((picture.width, _BAND, picture.width, _BAND + bottom), _PALE)
    for top, line in lines:
        line.draw(draw, picture.width + 12, _BAND + top)
    for number, note in enumerate(notes):
        at = (10, _BAND + bottom + _LINE // 2 + _LINE * number)
        draw.text(at, f"{note.letter}  {note.severity}  {note.text}", _INK, _font())
    return sheet


def _quarters(cells: Sequence[PageCell]) -> int:
    """How many quarters clockwise the page is to be turned for 表三's rows to run from left to right."""
    rows: dict[str, list[PageCell]] = {}
    for one in cells:
        if one.cell.table == "requests":
            rows.setdefault(one.cell.row, []).append(one)
    right = sum(row[-1].box[0] - row[0].box[0] for row in rows.values())
    down = sum(row[-1].box[1] - row[0].box[1] for row in rows.values())
    if abs(down) > abs(right):
        return 1 if down < 0 else 3
    return 2 if right < 0 else 0


def _turned(box: tuple[float, float, float, float], height: float) -> tuple[float, float, float, float]:
    """The box after a quarter turn clockwise of a picture that was so high."""
    x0, top, x1, bottom = box
    return height - bottom, x0, height - top, x1


def _outlined(picture: Image.Image, cells: Sequence[PageCell]) -> Image.Image:
    tint = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(tint)
    for one in cells:
        colour = ImageColor.getrgb(COLOURS[one.cell.state])[:3]
        x0, y0, x1, y1 = one.box
        inside = (x0 + 2, y0 + 2, max(x0 + 3, x1 - 2), max(y0 + 3, y1 - 2))
        draw.rectangle(inside, (*colour, 36), (*colour, 255), 2)
    return Image.alpha_composite(picture.convert("RGBA"), tint).convert("RGB")


def _head(draw: ImageDraw.ImageDraw, title: str, states: set[State]) -> None:
    draw.text((10, 8), title.encode("ascii", "replace").decode(), _INK, _font())
    x = 10.0
    for state in (state for state in COLOURS if state in states):
        draw.rectangle((x, 40, x + 17, 57), None, COLOURS[state], 3)
        draw.text((x + 24, 38), WORDS[state], _INK, _font())
        x += 24 + _font().getlength(WORDS[state]) + 26


# ------------------------------------------------------------------ beside the page


@dataclass(frozen=True, slots=True)
class _Columns:
    """The names of the columns that the rows below them have."""

    names: tuple[str, ...]

    @property
    def height(self) -> int:
        """In pixels."""
        return _SMALL_LINE * max(len(_broken(name)) for name in self.names) + 5

    def draw(self, draw: ImageDraw.ImageDraw, x: float, y: float) -> None:
        """Draws it with its top left at (x, y)."""
        for number, name in enumerate(self.names):
            words = _broken(name)
            for line, word in enumerate(words):
                at = y + self.height - 5 - _SMALL_LINE * (len(words) - line)
                draw.text((x + _KEY + _VALUE * (number + 1) - 8, at), word, _PALE, _small(), anchor="ra")


@dataclass(frozen=True, slots=True)
class _Row:
    """A row's key, and its values under their columns."""

    key: str
    cells: tuple[ShownCell | None, ...]

    def draw(self, draw: ImageDraw.ImageDraw, x: float, y: float) -> None:
        """Draws it with its top left at (x, y)."""
        font = _font() if _font().getlength(self.key) < _KEY else _small()
        draw.text((x, y), self.key, _INK, font)
        for number, cell in enumerate(self.cells):
            if cell is None:
                continue
            right = x + _KEY + _VALUE * (number + 1) - 8
            font = _font() if _font().getlength(cell.value) < _VALUE - 8 else _small()
            ink = COLOURS[cell.state]
            if cell.state not in ("read", "blank"):  # these want a person: white on their colour
                left = right - font.getlength(cell.value) - 5
                draw.rectangle((left, y - 1, right + 4, y + _LINE - 3), ink)
                draw.text((left - 3, y + 3), cell.letters, ink, _small(), anchor="ra")
                ink = "white"
            draw.text((right, y), cell.value, ink, font, anchor="ra")


def _lines(placed: Sequence[PageCell]) -> list[tuple[int, _Columns | _Row]]:
    """What stands beside the page, each line as near to the middle of its row as the others let it."""
    rows: dict[tuple[str, str], list[PageCell]] = {}
    for one in placed:
        rows.setdefault((one.cell.table, one.cell.row), []).append(one)
    wanted = []
    for (_, key), found in rows.items():
        middle = sum(one.box[1] + one.box[3] for one in found) / (2 * len(found))
        wanted.append((middle, key, tuple(one.cell for one in found)))
    wanted.sort(key=lambda row: row[0])
    lines: list[tuple[int, _Columns | _Row]] = []
    columns: tuple[str, ...] = ()
    free = 0
    for middle, key, cells in wanted:
        own = tuple(cell.column for cell in cells)
        at = round(middle) - _LINE // 2
        if not set(own) <= set(columns):
            columns = own
            heading = _Columns(columns)
            top = max(free, at - heading.height)
            lines.append((top, heading))
            free = top + heading.height
        by_column = {cell.column: cell for cell in cells}
        top = max(free, at)
        lines.append((top, _Row(key, tuple(by_column.get(column) for column in columns))))
        free = top + _LINE
    return lines


def _broken(column: str) -> list[str]:
    """A column's key on as many lines as the width of a number makes it."""
    lines: list[str] = []
    for word in column.replace("_", "_ ").split():
        if lines and _small().getlength(lines[-1] + word) <= _VALUE - 8:
            lines[-1] += word
        else:
            lines.append(word)
    return lines
