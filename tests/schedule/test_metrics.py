"""What the scheduler says to Prometheus."""

from __future__ import annotations

import re
import socket
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.errors import ConfigError
from crawler.schedule.metrics import METRICS, ScheduleCollector, families, serve
from crawler.schedule.plan import Job, Turn
from crawler.schedule.rows import Run, Seen, Slot
from crawler.schedule.slots import Slots
from crawler.schedule.status import Line, Overdue, Status, status
from crawler.schedule.triggers import Cron
from storage.archive import state_folder

DUE = datetime(2026, 1, 1, 20, tzinfo=UTC)


def test_every_metric_is_documented() -> None:
    document = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text("utf-8")
    rows = re.findall(r"^\| `(gongkai_schedule_\w+)` \| gauge \| (.*?) \| (.+) \|$", document, re.M)
    assert [(name, tuple(re.findall(r"\w+", labels)), means) for name, labels, means in rows] == [
        (name, labels, means) for name, (labels, means) in METRICS.items()
    ]


def test_a_status_in_numbers() -> None:
    turn = Turn(Job("daily", "crawl"), "bjxch", "bjxch", Cron("0 4 * * *"))
    watch = Turn(Job("look", "watch"), "_watch", "_watch", Cron("0 8 * * *"))
    run = Run(Slot("daily", "bjxch", DUE), "done", 1, DUE, DUE + timedelta(minutes=5), 7, None)
    late = Overdue("look", "watch", None, DUE, timedelta(hours=13), "it waits")
    seen = Seen("host/1/0", "host", DUE, DUE, 2)
    lines = (Line(turn, DUE + timedelta(days=1), run), Line(watch, None, None))
    found = families(Status((seen,), DUE, lines, (), (run,), (late,)))
    values = {
        (sample.name.removeprefix("gongkai_schedule_"), *sample.labels.values()): sample.value
        for family in found
        for sample in family.samples
    }
    at = DUE.timestamp()
    assert values == {
        ("seen_timestamp_seconds",): at,
        ("turns", "running"): 0,
        ("turns", "due"): 1,
        ("turns", "overdue"): 1,
        ("next_timestamp_seconds", "daily", "bjxch"): at + 86400,
        ("last_started_timestamp_seconds", "daily", "bjxch"): at,
        ("last_ended_timestamp_seconds", "daily", "bjxch"): at + 300,
        ("last_exit_code", "daily", "bjxch"): 7,
        ("overdue_seconds", "look", ""): 13 * 3600,
    }


def test_an_address_that_is_taken_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ConfigError, match=r"\[schedule\] metrics: .* cannot be listened at"):
            serve(str(tmp_path), address)


def test_it_is_served_where_no_scheduler_was_ever_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGKAI_STATE", str(tmp_path / "state"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    serve(str(tmp_path / "archive"), f"127.0.0.1:{port}")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
        assert answer.status == 200
        assert b"gongkai_archive_reachable" in answer.read()


def test_what_is_not_planned_any_more_is_not_due(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_STATE", str(tmp_path))
    slots = Slots(state_folder("archive") / "schedule.sqlite")
    for job in ("watch", "renamed"):
        slots.standing(job, "_watch", "0 4 * * *", DUE)
        slots.add(Slot(job, "_watch", DUE))
    slots.close()
    found = status("archive", DUE)
    assert found is not None
    assert [run.slot.job for run in found.due] == ["watch"]


def test_a_registry_that_is_wrong_just_now_takes_no_other_metric_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGKAI_STATE", str(tmp_path))
    Slots(state_folder("archive") / "schedule.sqlite").close()
    (tmp_path / "sites.toml").write_text("[half\n")
    monkeypatch.setenv("GONGKAI_SITES", str(tmp_path / "sites.toml"))
    assert list(ScheduleCollector("archive").collect()) == []
