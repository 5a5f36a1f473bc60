"""Drawings of a reading, named and written: `gongkai parse --evidence-image`.

This module owns the files' names. It must not draw, nor open the document: the worker does.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from crawler.errors import OutputError
from pipelines.report.model import Report
from pipelines.worker import Reader

STEM = 180
"""Bytes of the document's own name that its drawings' names keep: a file system takes 255 in all."""


def write_evidence(
    worker: Reader, body: bytes, reports: Sequence[Report], file: Path, out: Path
) -> list[Path]:
    """The reports drawn over `body`, as files in `out`, which is made where it is missing.

    A name begins with the document's own and twelve digits of its SHA-256, so that those of many
    documents do not collide: `report-0f3a…-p04.png`, `report-0f3a….html`; of several reports in
    one document each has its number before that.

    Raises:
        OutputError: where the folder cannot be written.
        UnreadableDocument, ReadTimeout, WorkerDied: where the document cannot be drawn.
    """
    stem = "stdin" if str(file) == "-" else file.stem
    drawings = worker.draw(body, reports, stem if str(file) == "-" else file.name)
    start = f"{_cut(stem)}-{hashlib.sha256(body).hexdigest()[:12]}"
    written = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for drawing in drawings:
            number = f"-{drawing.report + 1}" if len(reports) > 1 else ""
            end = ".html" if drawing.page is None else f"-p{drawing.page:02d}.png"
            path = out / f"{start}{number}{end}"
            path.write_bytes(drawing.data)
            written.append(path)
    except OSError as error:
        raise OutputError(f"{out} cannot be written: {error.strerror}. Name another folder.") from error
    return written


def _cut(stem: str) -> str:
    """As much of it as `STEM` lets be, in whole characters."""
    return os.fsencode(stem)[:STEM].decode(errors="ignore") if len(os.fsencode(stem)) > STEM else stem
