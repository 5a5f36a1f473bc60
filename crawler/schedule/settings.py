"""`[schedule]` of the configuration file."""

from __future__ import annotations

from crawler.config.section import Section


class ScheduleSection(Section):
    """The table, checked."""
