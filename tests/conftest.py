"""Fixtures for all tests, imported from where they are made."""

import os
from tempfile import TemporaryDirectory

from tests.replica.fixture import replica, shared_replica

__all__ = ["replica", "shared_replica"]

# Site files of the person who runs the tests are not the tests' business.
_config = TemporaryDirectory(prefix="gongkai-tests-")
os.environ["XDG_CONFIG_HOME"] = _config.name
