from pathlib import Path

import pytest

from tests.pipelines.coverage.played import Played


@pytest.fixture
def site(tmp_path: Path) -> Played:
    """A site on which two bodies publish in time every year from 2019 to 2023."""
    played = Played(tmp_path)
    played.years("虚构县司法局", *range(2019, 2024))
    played.years("虚构县审计局", *range(2019, 2024))
    return played
