"""The message with which an operator tries a channel."""

from __future__ import annotations

from datetime import datetime

from crawler.watch.alert import Alert
from crawler.watch.channels.send import send
from crawler.watch.codes import TEST
from crawler.watch.message import message
from crawler.watch.settings import WatchSection
from crawler.watch.state import Known, News


def try_channel(name: str, settings: WatchSection, archive: str, now: datetime) -> str | None:
    """Sends an alert that says it is none; a sentence where something about it should be known.

    Raises:
        ChannelError: where the channel does not take it.
    """
    alert = Alert(
        TEST,
        "",
        "",
        now,
        f"这是 gongkai watch --test {name} 发出的测试消息，收到即说明通道可用。",
        f"This is a test from gongkai watch --test {name}: if you read it, the channel works.",
    )
    channel = settings.channels[name]
    known = Known(alert, now)
    return send(channel, message(News((known,)), channel.language or settings.language, archive), now)
