"""Looks at the reader and at what is optional: without a tool some documents wait, and nothing is lost."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from importlib import metadata

from packaging.requirements import Requirement

from crawler.doctor.machine import unmet
from crawler.doctor.model import Check, Patient
from crawler.errors import OutputError

_PAGE = "<html><title>医生的试页</title><p>一段话。</p></html>".encode()


def parser(patient: Patient) -> Iterator[Check]:
    """As a crawl reads: in a process of its own, with its limits."""
    from pipelines.report.read import PARSER
    from pipelines.worker import Reader

    try:
        with Reader(seconds=30) as reader:
            reader.read(_PAGE)
    except Exception as error:  # whatever hinders it: no memory, no processes, no shared memory
        yield Check(
            "parser", "failure", f"the reader's process does not work: {type(error).__name__}: {error}",
            "It needs 2 GiB of address space, some processes more, and /dev/shm.",
        )  # fmt: skip
    else:
        yield Check("parser", "ok", PARSER)


def libreoffice(patient: Patient) -> Iterator[Check]:
    """There, and willing to say its version."""
    install = "apt install libreoffice-writer-nogui; then gongkai reparse reads what was left."
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        yield Check(
            "libreoffice", "warning", "not found: DOC, WPS, RTF and ODT are archived, not read", install
        )
        return
    try:
        said = subprocess.run(
            [program, "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        yield Check("libreoffice", "warning", f"{program} does not start: {type(error).__name__}", install)
        return
    if said.returncode:
        why = (said.stderr.strip().splitlines() or [f"exit code {said.returncode}"])[-1][:200]
        yield Check("libreoffice", "warning", f"{program} does not start: {why}", install)
    else:
        yield Check("libreoffice", "ok", f"{said.stdout.strip()[:80]} ({program})")


def libarchive(patient: Patient) -> Iterator[Check]:
    """Python's binding is always there; the system's library need not be."""
    from pipelines.report.readers.container import opens
    from pipelines.report.readers.sniff import RAR

    if opens(RAR):
        yield Check("libarchive", "ok", "found")
    else:
        yield Check(
            "libarchive", "warning", "not found: RAR files are archived, not read", "apt install libarchive13"
        )


def ocr(patient: Patient) -> Iterator[Check]:
    """The extra `ocr`."""
    yield _extra("ocr", "scans and pictures of tables are archived, not read")


def export(patient: Patient) -> Iterator[Check]:
    """The extra `export`."""
    yield _extra("export", "gongkai wacz does not work")


def pictures(patient: Patient) -> Iterator[Check]:
    """The extra `pictures`, and a font."""
    found = _extra("pictures", "gongkai coverage --picture does not work")
    if found.state != "ok":
        yield found
        return
    from crawler.views.coverage_picture import chinese_font

    try:
        font = chinese_font()
    except OutputError as error:
        what, _, remedy = str(error).partition(": ")
        yield Check("pictures", "warning", what, remedy)
    else:
        yield Check("pictures", "ok", f"{found.what}, {font}")


def _extra(name: str, without: str) -> Check:
    needed = [
        one
        for one in map(Requirement, metadata.requires("gongkai") or ())
        if one.marker is not None
        and one.marker.evaluate({"extra": name})
        and not one.marker.evaluate({"extra": ""})
    ]
    wrong = [found for one in needed if (found := unmet(one))]
    if not needed:
        return Check(name, "warning", f"has no release for this Python: {without}", "Use Python 3.12.")
    if wrong:
        return Check(name, "warning", f"{'; '.join(wrong)}: {without}", f'pip install ".[{name}]"')
    return Check(name, "ok", ", ".join(f"{one.name} {metadata.version(one.name)}" for one in needed))
