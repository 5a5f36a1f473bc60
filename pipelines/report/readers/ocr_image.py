"""A photograph or scan made fit to read: upright, straight, evenly lit, without coloured stamps.

Owns pictures only: it must not look for tables or recognise characters. All steps are one warp of the
original, so that every place on the result can be told on the original (`Straight.back`).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipelines.report.readers.ocr_engine import Gray, Quads

Colour = NDArray[np.uint8]
Matrix = NDArray[np.float64]

LINE = 34.0
"""The height in pixels to which a printed line (as the detector boxes it) is brought."""
_MOST_SCALE, _LEAST_SCALE = 4.0, 0.25
_MOST_PIXELS = 24_000_000
_TINT = 30
"""Levels between a pixel's strongest and weakest colour up to which it is grey."""
_BLEACH = 0.6
_PAPER = 250
_STEEPEST = 20.0
"""Degrees: a page leans less than this once it is turned upright."""
_FAMILY = 4.0
"""Degrees between the rules of one direction, which perspective sets apart."""


@dataclass(slots=True)
class Straight:
    """A page ready to read: `flat` dark on white without coloured ink, `full` with it, both 8 bit grey.

    `back` maps its pixels to the original's: (x, y, 1) -> homogeneous.
    """

    flat: Gray
    full: Gray
    back: Matrix

    def original(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        """The box around an area of this page on the original picture, in its pixels."""
        corners = np.array([[[x0, y0], [x1, y0], [x1, y1], [x0, y1]]], np.float64)
        points = cv2.perspectiveTransform(corners, self.back)[0]
        (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
        return float(left), float(top), float(right), float(bottom)


def grey(picture: Colour) -> Gray:
    """The picture without colours."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def shrunk(picture: Gray, longest: int) -> tuple[Gray, float]:
    """The picture with no side longer than `longest` pixels, and by what it was scaled."""
    scale = min(1.0, longest / max(picture.shape))
    if scale == 1.0:
        return picture, 1.0
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)), scale


def turn_matrix(shape: tuple[int, ...], quarters: int) -> Matrix:
    """Original pixels to those of the picture turned counter-clockwise by `quarters` right angles."""
    high, wide = shape[:2]
    matrix = np.eye(3)
    for _ in range(quarters % 4):
        matrix = np.array([[0.0, 1, 0], [-1, 0, wide - 1], [0, 0, 1]]) @ matrix
        high, wide = wide, high
    return matrix


def line_height(boxes: Quads) -> float:
    """The median height of the detected lines, 0 where there are none."""
    if not len(boxes):
        return 0.0
    sides = np.linalg.norm(boxes - np.roll(boxes, 1, axis=1), axis=2)
    return float(np.median(np.minimum(sides[:, 0], sides[:, 1])))


def straighten(picture: Colour, quarters: int, boxes: Quads) -> Straight:
    """The page warped upright and straight, and cleaned.

    `boxes`: the detected lines in the original's pixels, for its scale, and its slope where no rule tells.
    """
    high = line_height(boxes)
    scale = float(np.clip(LINE / high, _LEAST_SCALE, _MOST_SCALE)) if high else 1.0
    area = picture.shape[0] * picture.shape[1] * scale * scale
    scale *= min(1.0, (_MOST_PIXELS / area) ** 0.5)
    forward = np.diag([scale, scale, 1.0]) @ turn_matrix(picture.shape, quarters)
    first = _warped(picture, *_framed(picture.shape, forward))
    forward = _framed(picture.shape, forward)[0]
    moved = moved_boxes(boxes, forward)
    rectify = _rectification(grey(first), moved)
    whole, size = _framed(picture.shape, rectify @ forward)
    page = _warped(picture, whole, size)
    return Straight(
        flat=flattened(_without_colour(page)),
        full=flattened(grey(page)),
        back=np.asarray(np.linalg.inv(whole), np.float64),
    )


def flattened(page: Gray) -> Gray:
    """The page as if evenly lit: every pixel by the paper's brightness around it, which becomes white."""
    small = cv2.resize(page, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((9, 9), np.uint8)), 15)
    light = cv2.resize(paper, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR)
    even = page.astype(np.float32) * (255.0 / np.maximum(light.astype(np.float32), 40.0))
    # The brightest pixels around told the paper: with noise they are brighter than it is.
    even *= _PAPER / max(100.0, float(np.median(even[::4, ::4])))
    return np.asarray(np.clip(even, 0, 255), np.uint8)


def moved_boxes(boxes: Quads, matrix: Matrix) -> Quads:
    """The boxes where the matrix puts their corners."""
    if not len(boxes):
        return boxes
    return np.asarray(cv2.perspectiveTransform(boxes.astype(np.float64), matrix), np.float32)


def _without_colour(page: Colour) -> Gray:
    """The page as if its coloured ink were paper: stamps go, black ink under them stays."""
    light = page.max(axis=2).astype(np.int16)
    colourful = light - page.min(axis=2)
    # Soft edges of black on white have some colour, too, where a JPEG keeps half of the colours' pixels.
    return np.asarray(np.clip(light + _BLEACH * np.maximum(0, colourful - _TINT), 0, 255), np.uint8)


def _framed(shape: tuple[int, ...], matrix: Matrix) -> tuple[Matrix, tuple[int, int]]:
    """The matrix moved so that the whole picture is inside, and the size (width, height) that this takes."""
    high, wide = shape[:2]
    corners = np.array([[[0.0, 0], [wide, 0], [wide, high], [0, high]]])
    points = cv2.perspectiveTransform(corners, matrix)[0]
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    move = np.array([[1.0, 0, -left], [0, 1, -top], [0, 0, 1]])
    return move @ matrix, (max(1, round(right - left)), max(1, round(bottom - top)))


def _warped(picture: Colour, matrix: Matrix, size: tuple[int, int]) -> Colour:
    smaller = abs(np.linalg.det(matrix[:2, :2])) ** 0.5
    if smaller < 0.6:  # averaging, where the warp alone would skip pixels
        half = (round(picture.shape[1] * 2 * smaller), round(picture.shape[0] * 2 * smaller))
        picture = np.asarray(cv2.resize(picture, half, interpolation=cv2.INTER_AREA), np.uint8)
        matrix = matrix @ np.diag([1 / (2 * smaller), 1 / (2 * smaller), 1.0])
    return np.asarray(
        cv2.warpPerspective(
            picture,
            matrix,
            size,
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.uint8,
    )


# ------------------------------------------------------------------ straight lines to one warp


def _rectification(page: Gray, boxes: Quads) -> Matrix:
    """What makes the page's rules level and upright: rotation, shear and perspective in one matrix.

    The rules of one direction meet in a vanishing point; sending both points to infinity undoes the
    perspective (Hartley and Zisserman, Multiple View Geometry, 2.7). Without rules, the text's slope.
    """
    high, wide = page.shape
    unit = 0.5 * max(high, wide)
    centre = np.array([[1 / unit, 0, -wide / 2 / unit], [0, 1 / unit, -high / 2 / unit], [0, 0, 1]])
    across, down = _families(page)
    level = _vanishing(across, centre, axis=1)
    upright = _vanishing(down, centre, axis=0)
    if level is None:
        slope = _slope(across, boxes)
        level = np.array([np.cos(slope), np.sin(slope), 0.0])
    if upright is None:
        upright = np.array([-level[1], level[0], 0.0])
    level = level * (1 if level[0] > 0 else -1)
    upright = upright * (1 if upright[1] > 0 else -1)
    horizon = np.cross(level, upright)
    if abs(horizon[2]) < 0.5 * np.linalg.norm(horizon):
        return np.eye(3)  # no photograph of a page is taken so
    flat = np.array([[1, 0, 0], [0, 1, 0], horizon / horizon[2]])
    axes = np.column_stack([level[:2] / np.linalg.norm(level[:2]), upright[:2] / np.linalg.norm(upright[:2])])
    straight = np.eye(3)
    straight[:2, :2] = np.linalg.inv(axes)
    return np.asarray(np.linalg.inv(centre) @ straight @ flat @ centre, np.float64)


def _families(page: Gray) -> tuple[Matrix, Matrix]:
    """Long straight strokes (x0, y0, x1, y1) that run across the page, and those that run down."""
    found = cv2.createLineSegmentDetector().detect(cv2.GaussianBlur(page, (3, 3), 0))[0]
    lines = np.zeros((0, 4)) if found is None else np.asarray(found, np.float64).reshape(-1, 4)
    lines = lines[np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]) > 2 * LINE]
    angles = np.degrees(np.arctan2(lines[:, 3] - lines[:, 1], lines[:, 2] - lines[:, 0]))
    across = (angles + 90) % 180 - 90
    down = angles % 180 - 90
    return _family(lines, across), _family(lines, down)


def _family(lines: Matrix, angles: Matrix) -> Matrix:
    """The lines that lean as most of their length does."""
    near = np.abs(angles) < _STEEPEST
    lines, angles = lines[near], angles[near]
    if not len(lines):
        return lines
    lengths = np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1])
    weights = [lengths[np.abs(angles - angle) < 1.0].sum() for angle in angles]
    peak = angles[int(np.argmax(weights))]
    return np.asarray(lines[np.abs(angles - peak) < _FAMILY])


def _vanishing(lines: Matrix, centre: Matrix, axis: int) -> Matrix | None:
    """Where the lines meet, as a homogeneous point of unit length; None where they cannot tell."""
    if len(lines) < 4:
        return None
    ends = np.ones((2, len(lines), 3))
    ends[0, :, :2], ends[1, :, :2] = lines[:, :2], lines[:, 2:]
    ends = ends @ centre.T
    middles = (ends[0] + ends[1])[:, axis] / 2
    lengths = np.linalg.norm(ends[1] - ends[0], axis=1)
    normals = np.cross(ends[0], ends[1])
    normals /= np.linalg.norm(normals[:, :2], axis=1, keepdims=True)
    spread = float(
        np.sqrt(np.average((middles - np.average(middles, weights=lengths)) ** 2, weights=lengths))
    )
    weights = lengths**2
    point: Matrix | None = None
    for _ in range(8):
        moments = (normals * weights[:, None]).T @ normals
        if spread < 0.08:  # all in one place: only their direction is known
            angle = _direction(ends, weights)
            return np.array([np.cos(angle), np.sin(angle), 0.0])
        point = np.asarray(np.linalg.eigh(moments)[1][:, 0])
        # How far a line points past it, as an angle seen from the line's middle.
        mid = (ends[0] + ends[1]) / 2
        aim = point[None, :2] - mid[:, :2] * point[2]
        along = (ends[1] - ends[0])[:, :2]
        sine = np.abs(aim[:, 0] * along[:, 1] - aim[:, 1] * along[:, 0]) / (
            np.linalg.norm(aim, axis=1) * np.linalg.norm(along, axis=1) + 1e-12
        )
        weights = lengths**2 / (1 + (sine / 0.003) ** 2)
    return point


def _direction(ends: Matrix, weights: Matrix) -> float:
    along = (ends[1] - ends[0])[:, :2]
    angles = np.arctan2(along[:, 1], along[:, 0])
    doubled = np.sum(weights * np.exp(2j * angles))
    return float(np.angle(doubled) / 2)


def _slope(across: Matrix, boxes: Quads) -> float:
    """The page's slope in radians by the rules across it, or by the lines of its text."""
    lines = across
    if len(lines) < 2 and len(boxes):
        lines = np.concatenate([boxes[:, 0], boxes[:, 1]], axis=1).astype(np.float64)
        lines = lines[lines[:, 2] - lines[:, 0] > 5 * LINE]
    if not len(lines):
        return 0.0
    angles = np.arctan2(lines[:, 3] - lines[:, 1], lines[:, 2] - lines[:, 0])
    lengths = np.hypot(lines[:, 3] - lines[:, 1], lines[:, 2] - lines[:, 0])
    angles = (angles + np.pi / 2) % np.pi - np.pi / 2
    order = np.argsort(angles)
    middle = np.searchsorted(np.cumsum(lengths[order]), lengths.sum() / 2)
    return float(angles[order][min(int(middle), len(order) - 1)])
