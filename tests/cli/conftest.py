"""What tests of the command line share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the checkout's archive nor the user's state is touched."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GONGKAI_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("GONGKAI_ARCHIVE", raising=False)
