"""What text a person cannot tell from what it stands on: white on white, or painted over.

Compares the fill colours of text objects with the filled shapes under and over them, in the order in
which the page paints them. It must not look at what the text says, nor render anything.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.report.readers import pdf_calls

Box = tuple[float, float, float, float]
Colour = tuple[int, ...]
_WHITE = (255, 255, 255)
_APART = 48
"""Colours that differ by less than this in every channel (of 255) look alike; light grey is 80 from white."""
_OPAQUE = 200
_SLIVER = 1.5
"""Points. What is narrower is a rule, and covers no text that anybody could read."""
_MAX_FILLS = 3_000
"""More filled shapes than this are a drawing; what they cover is not worked out."""


@dataclass(frozen=True, slots=True)
class _Fill:
    order: int
    box: Box
    colour: Colour


class Inks:
    """One page's text objects and filled areas; `hidden` says which text objects nobody sees."""

    def __init__(self) -> None:
        self._text: list[tuple[Sequence[int], Sequence[int], Any]] = []
        self._fills: list[_Fill] = []

    def text(self, items: Sequence[int], orders: Sequence[int], outer: Any) -> None:
        """Text objects, their places in the painting order, and the space that they are in."""
        self._text.append((items, orders, outer))

    def fill(self, order: int, item: int, box: Box) -> None:
        """A filled area, in the page's displayed space."""
        if box[2] - box[0] < _SLIVER or box[3] - box[1] < _SLIVER:
            return
        (colour,) = pdf_calls.fill_colours([item])
        if colour[3] >= _OPAQUE and not pdf_calls.transparent(item):
            self._fills.append(_Fill(order, box, colour))

    def hidden(self, boxes: Callable[[Sequence[int], Any], list[Box]]) -> set[int]:
        """The text objects that look like what is behind them, or that a later shape covers.

        `boxes` gives objects' boxes in the page's displayed space.
        """
        fills = sorted(self._fills, key=lambda fill: fill.order) if len(self._fills) <= _MAX_FILLS else []
        painted = [fill.order for fill in fills]
        out: set[int] = set()
        for items, orders, outer in self._text:
            colours = pdf_calls.fill_colours(items)
            late = any(fill.order > orders[0] for fill in fills)
            if (
                not late
                and not any(map(_pale, set(colours)))
                and not any(_dark(fill.colour) for fill in fills)
            ):
                continue
            # Only what looks like a text's colour can swallow it; for most colours there is no such thing.
            swallowed = {
                colour: _alike(colour, _WHITE) or any(_alike(colour, fill.colour) for fill in fills)
                for colour in set(colours)
            }
            for item, order, colour, box in zip(items, orders, colours, boxes(items, outer), strict=True):
                first = bisect_right(painted, order)
                if any(_covers(fill.box, box) for fill in fills[first:]):
                    out.add(item)
                elif swallowed[colour]:
                    behind = [fill.colour for fill in fills[:first] if _covers(fill.box, box)]
                    if _alike(colour, behind[-1] if behind else _WHITE):
                        out.add(item)
        return out


def _pale(colour: Colour) -> bool:
    return min(colour[:3]) > 255 - _APART or colour[3] < _APART


def _dark(colour: Colour) -> bool:
    return max(colour[:3]) < 2 * _APART


def _alike(one: Colour, other: Colour) -> bool:
    return one[3] < _APART or all(abs(a - b) < _APART for a, b in zip(one[:3], other[:3], strict=True))


def _covers(outer: Box, inner: Box) -> bool:
    """Whether all but a sliver of one box lies in the other."""
    slack = 0.15 * (inner[3] - inner[1])
    return (
        outer[0] - slack <= inner[0]
        and outer[1] - slack <= inner[1]
        and outer[2] + slack >= inner[2]
        and outer[3] + slack >= inner[3]
    )
