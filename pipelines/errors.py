"""What can go wrong between a body and its report. Every error of this package is a `PipelineError`."""

from __future__ import annotations


class PipelineError(Exception):
    """Raised when a body cannot be taken further. The message says what, where and what to do."""


class UnreadableDocument(PipelineError):
    """Raised when a body cannot be opened at all: empty, cut off, encrypted, or larger than it may be."""


class ReadTimeout(PipelineError):
    """Raised when reading one body took longer than its limit and the worker was stopped."""


class CrawledAlready(PipelineError):
    """Raised when another crawl did what this one was to do; says when, and on which machine."""


class WorkerDied(PipelineError):
    """Raised when the process that read a body ended without an answer: out of memory, or a crash."""


class DecodingError(PipelineError):
    """Raised when a body's content encoding is unknown or its compressed data is damaged."""


class TruncatedBody(DecodingError):
    """Raised when a compressed body ends before its own end mark."""


class InvalidReport(PipelineError):
    """Raised when stored JSON is not the report that it should be: another schema, or another shape."""


class CorrectionFileError(PipelineError):
    """Raised when a corrections file is no TOML or an entry is wrong; names file, entry, key and remedy."""
