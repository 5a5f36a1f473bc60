"""Documents to pictures of them, as scanners and telephones make them.

Pillow and pypdfium2 only. The same page, conditions and seed give the same picture.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import pypdfium2
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont


@dataclass(frozen=True, slots=True)
class Scan:
    """How a page came to be a picture. The defaults give it as printed."""

    dpi: int = 200
    skew: float = 0.0
    """Degrees, counter-clockwise."""
    blur: float = 0.0
    """Radius in pixels at 200 dpi."""
    noise: float = 0.0
    """Standard deviation in grey levels."""
    jpeg: int | None = None
    """Quality; None keeps every pixel."""
    shade: float = 0.0
    """By what share of white one corner is darker than the other."""
    stamp: bool = False
    """A round red stamp over the page's middle."""
    perspective: float = 0.0
    """By what share of its width the page's far edge is narrower."""
    turn: int = 0
    """0, 90, 180 or 270 degrees, counter-clockwise."""


SCANS: dict[str, Scan] = {
    "150 dpi": Scan(dpi=150),
    "200 dpi": Scan(),
    "300 dpi": Scan(dpi=300),
    "skew 0.6, blur, noise, JPEG 60": Scan(dpi=150, skew=0.6, blur=0.7, noise=8, jpeg=60),
    "skew -1.5, JPEG 60": Scan(skew=-1.5, jpeg=60),
    "skew 3, noise": Scan(skew=3, noise=10, jpeg=75),
    "stamp, JPEG 60": Scan(stamp=True, jpeg=60, skew=0.3),
    "uneven light": Scan(shade=0.5, noise=6, jpeg=70, skew=-0.4),
    "photograph": Scan(perspective=0.06, skew=1.2, shade=0.35, blur=0.6, noise=6, jpeg=70),
    "on its side": Scan(turn=90, skew=0.4, jpeg=70),
    "upside down": Scan(turn=180, jpeg=70),
}
"""Conditions by name, for tests and the benchmark that walk all of them."""


def pictures(pdf: bytes, scan: Scan = Scan(), seed: int = 0) -> list[Image.Image]:
    """Each page of the PDF as a picture."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [
            document[k].render(scale=scan.dpi / 72).to_pil().convert("RGB") for k in range(len(document))
        ]
    finally:
        document.close()
    return [scanned(page, scan, random.Random(f"{seed}/{k}")) for k, page in enumerate(pages)]


def scanned(page: Image.Image, scan: Scan, rng: random.Random) -> Image.Image:
    """A clean page as the scan shows it."""
    unit = scan.dpi / 200
    if scan.stamp:
        page = _stamped(page, rng, unit)
    if scan.perspective:
        page = _leaning(page, scan.perspective)
    if scan.skew:
        page = page.rotate(scan.skew, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    if scan.shade:
        page = _shaded(page, scan.shade)
    if scan.blur:
        page = page.filter(ImageFilter.GaussianBlur(scan.blur * unit))
    if scan.noise:
        page = _noisy(page, scan.noise, rng)
    if scan.turn:
        page = page.rotate(scan.turn, expand=True)
    return page if scan.jpeg is None else Image.open(io.BytesIO(image_file(page, "JPEG", scan.jpeg)))


def image_file(page: Image.Image, kind: str = "PNG", quality: int = 75) -> bytes:
    """The picture as a file of that kind (Pillow's names)."""
    out = io.BytesIO()
    page.save(out, kind, **({"quality": quality} if kind in ("JPEG", "WEBP") else {}))
    return out.getvalue()


def image_pdf(pages: Sequence[Image.Image], dpi: int = 200) -> bytes:
    """A PDF of pictures alone, as scanners write it."""
    out = io.BytesIO()
    pages[0].save(out, "PDF", resolution=dpi, save_all=True, append_images=list(pages[1:]))
    return out.getvalue()


def _stamped(page: Image.Image, rng: random.Random, unit: float) -> Image.Image:
    radius = 230 * unit
    x = page.width * rng.uniform(0.35, 0.75)
    y = page.height * rng.uniform(0.3, 0.6)
    layer = Image.new("RGB", page.size, "white")
    draw = ImageDraw.Draw(layer)
    red = (222, 60, 55)
    box = (x - radius, y - radius, x + radius, y + radius)
    draw.ellipse(box, outline=red, width=max(3, round(11 * unit)))
    star = [
        (
            x + math.sin(k * math.pi / 5) * radius * (0.35 if k % 2 == 0 else 0.14),
            y - math.cos(k * math.pi / 5) * radius * (0.35 if k % 2 == 0 else 0.14),
        )
        for k in range(10)
    ]
    draw.polygon(star, fill=red)
    font = ImageFont.load_default(size=60 * unit)
    for k in range(9):
        angle = math.pi * (1.15 + 0.7 * k / 8 * 1.0)
        draw.text((x + math.cos(angle) * radius * 0.78, y + math.sin(angle) * radius * 0.78), "B", red, font)
    return ImageChops.multiply(page, layer)


def _leaning(page: Image.Image, share: float) -> Image.Image:
    """The page seen from below its lower edge: its upper edge is farther away."""
    wide, high = page.size
    inset = share * wide / 2
    # Pillow asks for the way back: where each corner of the result comes from.
    corners = [(0.0, 0.0), (wide, 0.0), (wide, high), (0.0, high)]
    seen = [(inset, 0.03 * high), (wide - inset, 0.01 * high), (wide, high), (0.0, 0.99 * high)]
    return page.transform(
        page.size,
        Image.Transform.PERSPECTIVE,
        _homography(seen, corners),
        Image.Resampling.BICUBIC,
        fillcolor="white",
    )


def _homography(
    source: Sequence[tuple[float, float]], target: Sequence[tuple[float, float]]
) -> tuple[float, ...]:
    """The eight coefficients that carry each source point to its target: Gauss's elimination."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for k in range(8):
        best = max(range(k, 8), key=lambda r: abs(rows[r][k]))
        rows[k], rows[best] = rows[best], rows[k]
        rows[k] = [value / rows[k][k] for value in rows[k]]
        for r in range(8):
            if r != k:
                factor = rows[r][k]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[k], strict=True)]
    return tuple(row[8] for row in rows)


def _shaded(page: Image.Image, share: float) -> Image.Image:
    # The middle of the turned gradient: its corners are none of it.
    light = Image.linear_gradient("L").rotate(35, Image.Resampling.BICUBIC).crop((53, 53, 203, 203))
    levels = light.resize(page.size, Image.Resampling.BICUBIC).point(lambda v: 255 - round(share * v))
    return ImageChops.multiply(page, Image.merge("RGB", [levels] * 3))


def _noisy(page: Image.Image, sigma: float, rng: random.Random) -> Image.Image:
    # Pillow's effect_noise takes no seed: a tile of our own, shifted for each page.
    tile = Image.frombytes("L", (256, 256), bytes(_level(rng, sigma) for _ in range(256 * 256)))
    noise = Image.new("L", page.size)
    for x in range(0, page.width, 256):
        for y in range(0, page.height, 256):
            noise.paste(tile.rotate(90 * rng.randrange(4)), (x, y))
    return ImageChops.add(page, Image.merge("RGB", [noise] * 3), 1, -128)


def _level(rng: random.Random, sigma: float) -> int:
    return min(255, max(0, round(rng.gauss(128, sigma))))
