"""Fixtures of the crawl's tests."""

from tests.servers.fixtures import s3_archive_url, swift

__all__ = ["s3_archive_url", "swift"]
