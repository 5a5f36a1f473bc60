"""The exit codes of `gongkai`, for scripts and cron. docs/running.md has this table; a test compares them."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What a finished `gongkai` process says; the comment of each is its line in the documents."""

    OK = 0
    """Done; findings in reports are no failure."""
    BUG = 1
    """An error that nobody foresaw: a traceback is printed, please report it."""
    USAGE = 2
    """The command line is wrong, or names a site, file or setting that does not exist."""
    NOT_A_REPORT = 3
    """`parse`: the document was read and is no annual report."""
    UNREADABLE = 4
    """`parse`: the file is empty, damaged, too large, encrypted or of a kind that is not read."""
    INCOMPLETE = 5
    """`crawl`, `reparse`, `rebuild`, `sites check`, `copy`, `doctor`, `watch`: not all as due, each named."""
    NETWORK = 6
    """`crawl`, `probe`: nothing could be fetched: unreachable, blocked, or forbidden by robots.txt."""
    ARCHIVE = 7
    """The archive cannot be used: store away, bucket missing, access refused, folder read-only, disk full."""
    BUSY = 8
    """Another process is crawling this site into this archive."""
    NOT_FOUND = 9
    """`show`, `runs`, `changes`, `diff`, `reparse`, `rebuild`, `probe`, `wacz`, `bag`: it is not there."""
    DAMAGED = 10
    """`verify`, `rebuild`: something is not what it was; each finding says how it can be mended."""
