"""The recogniser: RapidOCR's models on onnxruntime, one engine for each process, loaded when first asked.

Owns how pictures of text become characters and a probability. It must not know pages or tables.
`rapidocr-onnxruntime` (the extra `ocr`) is imported in here only; its wheel carries its models.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
Quads = NDArray[np.float32]

THREADS = 1
"""Documents are read side by side in worker processes; more threads in each gain little."""
HEIGHT = 48
"""The recogniser's input height in pixels (PP-OCRv4)."""
_NARROW = 64
"""Its least input width here. 320 is the library's: a cell with one figure takes four times as long so."""
_STEP = 32
_BATCH = 16
"""So many lines of the least width at a time; fewer where they are wider."""
_WIDEST = 40.0
"""Width by height of the longest line that is handed over; nothing printed is longer."""
_LEAST_SIDE = 32


class Reading(NamedTuple):
    """What a picture of one line says, and how sure the recogniser is, 0 to 1."""

    text: str
    confidence: float


def recognise(lines: Sequence[Gray]) -> list[Reading]:
    """Each picture of one line of dark text on white, read; blank and hopeless ones as ("", 0.0)."""
    out = [Reading("", 0.0)] * len(lines)
    sized = [
        (max(_NARROW, -(-math.ceil(HEIGHT * _ratio(line)) // _STEP) * _STEP), k)
        for k, line in enumerate(lines)
        if min(line.shape) > 1 and _ratio(line) <= _WIDEST
    ]
    for width, batch in _batches(sorted(sized)):
        stack = np.zeros((len(batch), 3, HEIGHT, width), np.float32)
        for slot, k in zip(stack, batch, strict=True):
            own = max(1, min(width, math.ceil(HEIGHT * _ratio(lines[k]))))
            slot[:, :, :own] = cv2.resize(lines[k], (own, HEIGHT)).astype(np.float32) / 127.5 - 1
        for k, steps in zip(batch, _engine().text_rec.session(stack)[0], strict=True):
            out[k] = _decoded(steps)
    return out


def _batches(sized: Sequence[tuple[int, int]]) -> Iterator[tuple[int, list[int]]]:
    """Lines of one width together: what stands beside a line in its batch changes nothing of its reading."""
    for width, group in itertools.groupby(sized, key=lambda pair: pair[0]):
        members = [k for _, k in group]
        most = max(1, _BATCH * _NARROW // width)
        for first in range(0, len(members), most):
            yield width, members[first : first + most]


def _decoded(steps: NDArray[np.float32]) -> Reading:
    """CTC: the best class of each step less repetitions and blanks; as sure as its least sure character."""
    characters, zeros = _alphabet()
    steps = steps.copy()
    # The letter O and the figure 0 are one shape: a report's cell means the figure.
    steps[:, zeros[0]] = steps[:, zeros].sum(axis=1)
    steps[:, zeros[1:]] = 0
    best = steps.argmax(axis=1)
    text, sure = "", 1.0
    for k, group in itertools.groupby(range(len(best)), key=lambda at: int(best[at])):
        if k:
            text += characters[k]
            sure = min(sure, float(max(steps[at, k] for at in group)))
    return Reading(text.strip(), sure if text.strip() else 0.0)


@lru_cache(maxsize=1)
def _alphabet() -> tuple[list[str], list[int]]:
    """The characters by class, and the classes of the figure 0 (first) and of what looks like it."""
    characters: list[str] = list(_engine().text_rec.postprocess_op.character)
    return characters, [characters.index(zero) for zero in "0Oo〇○" if zero in characters]


def detect(page: Gray) -> Quads:
    """The lines of text on a page: corner points, clockwise from the top left, shape (n, 4, 2)."""
    if min(page.shape) < _LEAST_SIDE:
        return np.zeros((0, 4, 2), np.float32)
    boxes, _ = _engine().text_det(np.dstack([page] * 3))
    if boxes is None or not len(boxes):
        return np.zeros((0, 4, 2), np.float32)
    return np.asarray(boxes, np.float32).reshape(-1, 4, 2)


def upside_down(lines: Sequence[Gray]) -> float:
    """The share of those pictures of lines that stand on their heads."""
    if not lines:
        return 0.0
    _, found, _ = _engine().text_cls([np.dstack([line] * 3) for line in lines])
    sure = [label for label, confidence in found if confidence > 0.8]
    return len([label for label in sure if label == "180"]) / max(1, len(sure))


def _ratio(line: Gray) -> float:
    high, wide = line.shape
    return float(wide / high)


@lru_cache(maxsize=1)
def _engine() -> Any:
    from rapidocr_onnxruntime import RapidOCR

    return RapidOCR(intra_op_num_threads=THREADS, inter_op_num_threads=THREADS)
