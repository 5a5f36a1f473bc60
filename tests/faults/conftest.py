"""The servers of the fault tests."""

from tests.servers.fixtures import swift

__all__ = ["swift"]
