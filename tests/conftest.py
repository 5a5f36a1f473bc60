"""Fixtures for all tests, imported from where they are made."""

import os
from pathlib import Path

from tests.replica.fixture import replica, shared_replica

__all__ = ["replica", "shared_replica"]

# Site files of the person who runs the tests are not the tests' business.
os.environ["XDG_CONFIG_HOME"] = str(Path(__file__).parent / "no-such-folder")
