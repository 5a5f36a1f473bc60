"""Fixtures for all tests, imported from where they are made."""

from tests.replica.fixture import replica, shared_replica

__all__ = ["replica", "shared_replica"]
