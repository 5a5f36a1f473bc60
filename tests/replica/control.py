"""`http://replica.invalid/`: what `Replica`'s methods do, for a replica that runs in another process.

    curl -x $http_proxy http://replica.invalid/correct

Owns the words of that address only.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.replica.site import Page, Site

if TYPE_CHECKING:
    from tests.replica.replica import Replica


class Control(Site):
    """Plays the host that steers the others; every answer is JSON."""

    hosts = ("replica.invalid",)

    def __init__(self, replica: Replica) -> None:
        super().__init__(replica.seed)
        self._replica = replica

    def respond(self, path: str) -> Page | None:
        parts = urlsplit(path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        match parts.path:
            case "/truth":
                return _json(list(self._replica.truth().values()))
            case "/absent":
                return _json([[*key, reason] for key, reason in self._replica.absent().items()])
            case "/correct":
                return _json([asdict(done) for done in self._replica.correct()])
            case "/fail":
                times = int(query["times"]) if "times" in query else None
                self._replica.fail(query["path"], query["mode"], times=times, host=query.get("host", "*"))
                return _json("ok")
            case "/warm":
                self._replica.warm()
                return _json("ok")
            case "/heal":
                self._replica.heal()
                return _json("ok")
            case "/log":
                return _json([asdict(seen) | {"time": seen.time.isoformat()} for seen in self._replica.log])
            case "/clear-log":
                self._replica.clear_log()
                return _json("ok")
        return None


def _json(value: Any) -> Page:
    text = json.dumps(value, ensure_ascii=False) + "\n"
    return Page(text.encode(), content_type="application/json", tagged=False)
