"""`[watch]` of the configuration file."""

from __future__ import annotations

from crawler.config.section import Section


class WatchSection(Section):
    """The table, checked."""
