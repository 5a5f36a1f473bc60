"""The channel `file`: a JSON line for each message, for whatever reads it."""

from __future__ import annotations

import json
import os
from datetime import datetime

from crawler.errors import ChannelError
from crawler.watch.message import Message
from crawler.watch.settings import Channel
from crawler.watch.state import stamp


def append(channel: Channel, message: Message, now: datetime) -> None:
    """Appends the message, in one write, and waits until the disk has it.

    Raises:
        ChannelError: where the file cannot be written.
    """
    assert channel.path is not None  # settings.py
    said = {"at": stamp(now), "title": message.title, "text": message.text, **message.data}
    try:
        channel.path.parent.mkdir(parents=True, exist_ok=True)
        with channel.path.open("ab") as file:
            file.write(json.dumps(said, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise ChannelError(f"{channel.path} cannot be written ({error.strerror})") from None
