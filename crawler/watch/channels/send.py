"""Sends a message through one channel, with a few tries where trying again may help."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from crawler.errors import ChannelError
from crawler.watch.channels import files, mail, robots
from crawler.watch.message import Message
from crawler.watch.settings import ROBOTS, Channel

TRIES = 4
LONGEST = 30.0
"""Seconds that a service may ask to be left alone for; beyond it the next evaluation tries again."""


def send(channel: Channel, message: Message, now: datetime, *, pause: float = 1.0) -> str | None:
    """Sends the message; gives a sentence where it was taken and something about it should be known.

    `pause`: seconds before the second try; it doubles with each.

    Raises:
        ChannelError: where the channel did not take it; the sentence has no secrets in it.
    """
    deliver: Callable[[Channel, Message, datetime], str | None]
    if channel.kind in ROBOTS:
        deliver = robots.post
    else:
        deliver = mail.send if channel.kind == "email" else files.append
    for attempt in Retrying(
        stop=stop_after_attempt(TRIES),
        wait=_Wait(pause),
        retry=retry_if_exception(_worth),
        reraise=True,
    ):
        with attempt:
            try:
                return deliver(channel, message, now)
            except ChannelError:
                raise
            except Exception as error:  # an edge: the other channels are to be told all the same
                # Neither its words nor its traceback: they may have the address in them.
                raise ChannelError(f"an error that nobody foresaw: {type(error).__name__}") from None
    raise AssertionError("a try either returns or raises")


class _Wait:
    """What the service asked for, or twice as long as the time before."""

    def __init__(self, pause: float) -> None:
        self._usual = wait_exponential(multiplier=pause, max=LONGEST)

    def __call__(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome is not None else None
        if isinstance(error, ChannelError) and error.after is not None:
            return error.after
        return self._usual(state)


def _worth(error: BaseException) -> bool:
    return isinstance(error, ChannelError) and error.again and (error.after or 0) <= LONGEST
