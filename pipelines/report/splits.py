"""Digits that ran together: every way to read a run of them as the numbers of a row.

Owns the readings of one run. It must not decide between them (`joined`), and never reads more of a
hostile run than its limits allow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Reading = tuple[int, ...]

MAX_DIGITS = 60
"""No row of the form printed so many."""
_MAX_NUMBER = 9
"""Digits of one number: no body has had a billion applications (`sheet` holds counts to the same)."""
_MAX_REVIEW = 5
"""Digits of a number of 表四."""
_MAX_READINGS = 64
_MAX_STEPS = 20_000
_DIGITS = re.compile(r"[0-9]+")


class TooManyError(Exception):
    """Raised when a run has more readings than are worth telling apart."""


def row_readings(digits: str, width: int = 6) -> list[Reading]:
    """The ways to read `digits` as `width` counts and, after them, their sum.

    A count is printed without leading zeros and is not negative.

    Raises:
        TooManyError: where they are more than the limits allow.
    """
    out: list[Reading] = []
    if not _DIGITS.fullmatch(digits) or len(digits) > MAX_DIGITS:
        return out
    steps = [_MAX_STEPS]
    for length in range(1, min(_MAX_NUMBER, len(digits) - width) + 1):
        parts, total = digits[:-length], digits[-length:]
        if length > 1 and total[0] == "0":
            continue
        # Wherever the cuts fall, the parts leave the same remainder by nine as their digits.
        if (sum(map(int, parts)) - sum(map(int, total))) % 9:
            continue
        for reading in _parts(parts, width, int(total), steps):
            out.append((*reading, int(total)))
            if len(out) > _MAX_READINGS:
                raise TooManyError
    return out


def _parts(digits: str, width: int, total: int, steps: list[int]) -> Iterator[Reading]:
    """The ways to cut all of `digits` into `width` numbers that sum to `total`."""
    longest = len(str(total))

    def cut(at: int, left: int, rest: int) -> Iterator[Reading]:
        steps[0] -= 1
        if steps[0] < 0:
            raise TooManyError
        if left == 1:
            if _is_number(digits[at:]) and int(digits[at:]) == rest:
                yield (rest,)
            return
        room = len(digits) - at - (left - 1)
        if len(digits) - at > left * longest:
            return
        for length in range(1, min(longest, room) + 1):
            number = int(digits[at : at + length])
            if number > rest or (length > 1 and digits[at] == "0"):
                break
            for tail in cut(at + length, left - 1, rest - number):
                yield (number, *tail)

    return cut(0, width, total)


def _is_number(digits: str) -> bool:
    return 0 < len(digits) <= _MAX_NUMBER and (digits == "0" or digits[0] != "0")


def blocks_readings(digits: str) -> list[Reading]:
    """The ways to read `digits` as 表四's three blocks: four counts and their sum, three times.

    Raises:
        TooManyError: where they are more than the limits allow.
    """
    if not _DIGITS.fullmatch(digits) or len(digits) > MAX_DIGITS:
        return []
    steps = [_MAX_STEPS]
    ways: dict[int, list[Reading]] = {0: [()]}  # where the next block begins -> the blocks before it
    for _ in range(3):
        further: dict[int, list[Reading]] = {}
        for start, before in ways.items():
            for stop, block in _blocks(digits, start, steps):
                further.setdefault(stop, []).extend((*head, *block) for head in before)
                if len(further[stop]) > _MAX_READINGS:
                    raise TooManyError
        ways = further
    return ways.get(len(digits), [])


def _blocks(digits: str, start: int, steps: list[int]) -> Iterator[tuple[int, Reading]]:
    """The blocks of four counts and their sum that begin at `start`: (where one ends, its numbers)."""

    def cut(at: int, parts: Reading) -> Iterator[tuple[int, Reading]]:
        steps[0] -= 1
        if steps[0] < 0:
            raise TooManyError
        if len(parts) == 4:
            total = str(sum(parts))
            if digits.startswith(total, at):
                yield at + len(total), (*parts, int(total))
            return
        for length in range(1, min(_MAX_REVIEW, len(digits) - at) + 1):
            if length > 1 and digits[at] == "0":
                break
            yield from cut(at + length, (*parts, int(digits[at : at + length])))

    return cut(start, ())
