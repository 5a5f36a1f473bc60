"""What the tests of histories share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipelines.history.told import Told


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path)
