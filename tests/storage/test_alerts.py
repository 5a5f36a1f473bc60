"""Alert records: kept for ever, in order, in a chain."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import timedelta, timezone

import pytest

from storage.archive import Archive
from storage.keys import place
from tests.storage.made import NOW

Opener = Callable[[], Archive]


def test_what_was_noted_comes_back_oldest_first(archive: Archive) -> None:
    assert list(archive.alert_records()) == []
    times = [NOW + timedelta(microseconds=2), NOW + timedelta(days=40), NOW, NOW + timedelta(microseconds=1)]
    keys = [archive.put_alerts({"alerts": [number]}, now) for number, now in enumerate(times)]
    assert [key[:15] for key in keys] == ["alerts/2026/02/", "alerts/2026/03/", *["alerts/2026/02/"] * 2]
    assert [record["alerts"] for record in archive.alert_records()] == [[2], [3], [0], [1]]
    since = times[0].astimezone(timezone(timedelta(hours=8)))
    assert [record["alerts"] for record in archive.alert_records(since)] == [[0], [1]]
    first = next(archive.alert_records())
    assert first["schema"] == "gongkai.alerts/1"
    assert first["noted"] == "2026-02-03T04:05:06.000000+00:00"
    assert first["watch"] == getattr(place(keys[2]), "run", None)


def test_a_record_does_not_say_otherwise_what_its_frame_says(archive: Archive) -> None:
    archive.put_alerts({"schema": "x", "noted": "y", "watch": 1, "previous": ["z"], "more": "虚"}, NOW)
    (record,) = archive.alert_records()
    assert (record["schema"], record["previous"], record["more"]) == ("gongkai.alerts/1", [], "虚")


def test_each_names_those_that_no_other_named(open_archive: Opener) -> None:
    """Of machines whose clocks differ, too, and after years."""
    one, other = open_archive(), open_archive()
    one.put_alerts({}, NOW + timedelta(hours=1))
    for number in range(3):
        other.put_alerts({}, NOW + timedelta(minutes=number))
    one.put_alerts({}, NOW + timedelta(days=1))
    one.put_alerts({}, NOW + timedelta(days=900))
    named = [digest for record in one.alert_records() for digest in record["previous"]]
    keys = sorted(one.store.list("alerts/"))
    assert sorted(named) == sorted(key[-69:-5] for key in keys[:-1])


def test_a_damaged_record_stops_nothing(archive: Archive, caplog: pytest.LogCaptureFixture) -> None:
    key = archive.put_alerts({"alerts": ["lost"]}, NOW)
    archive.put_alerts({"alerts": ["kept"]}, NOW + timedelta(seconds=1))
    archive.store.replace(key, json.dumps({"alerts": ["other"]}).encode())
    archive.store.replace("alerts/notes", b"foreign")
    with caplog.at_level(logging.WARNING):
        assert [record["alerts"] for record in archive.alert_records()] == [["kept"]]
    assert key in caplog.text
    archive.put_alerts({}, NOW + timedelta(seconds=2))
