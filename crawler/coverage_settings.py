"""`[coverage]` of the configuration file."""

from __future__ import annotations

from crawler.config.section import Section


class CoverageSection(Section):
    """The table, checked."""
