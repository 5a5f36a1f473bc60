"""Imports run crawler -> pipelines -> storage and never up, and heavy libraries stay in their rooms."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = {
    "crawler": {"crawler", "pipelines", "storage"},
    "pipelines": {"pipelines", "storage"},
    "storage": {"storage"},
}
"""Each package, and the packages of the project that it may import."""

PURE = {"scrapy", "twisted", "boto3", "botocore", "apscheduler", "storage", "pebble", "socket", "urllib"}
"""What nothing under pipelines/report may import: the reader is a pure function of bytes."""

ROOMS = {
    "scrapy": r"crawler/|pipelines/(archive|parse)\.py",
    "twisted": r"crawler/|pipelines/(archive|parse)\.py",
    "apscheduler": r"crawler/",
    "boto3": r"storage/s3_client\.py",
    "warcio": r"storage/export/",
    "cdxj_indexer": r"storage/export/",
    "botocore": r"storage/s3(_client)?\.py",
    "pdfplumber": r"pipelines/report/readers/pdf\w*\.py",
    "pypdfium2": r"pipelines/report/readers/pdf\w*\.py",
    "PIL": r"pipelines/evidence/|pipelines/report/readers/(ocr\w*|pdf_render|picture)\.py",
    "cv2": r"pipelines/report/readers/ocr\w*\.py",
    "numpy": r"pipelines/report/readers/ocr_\w+\.py",
    "rapidocr_onnxruntime": r"pipelines/report/readers/ocr_engine\.py",
    "onnxruntime": r"pipelines/report/readers/ocr_engine\.py",
    "python_calamine": r"pipelines/report/readers/spreadsheet\.py",
    "xlrd": r"pipelines/report/readers/xls\.py",
    "libarchive": r"pipelines/report/readers/container\.py",
    "subprocess": r"crawler/|pipelines/report/readers/(office|soffice)\.py",
}
"""Each heavy library, and the files that may import it."""


def modules() -> list[Path]:
    return sorted(path for package in ALLOWED for path in (ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Every dotted name that a file imports, at its top, inside a function, for types, or by its name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full, so that this test can read them"
            names.add(node.module or "")
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            assert isinstance(node.args[0], ast.Constant), f"{path}: write the module's name in full"
            names.add(str(node.args[0].value))
    return names


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_down_the_house(path: Path) -> None:
    relative = path.relative_to(ROOT).as_posix()
    package = relative.split("/")[0]
    for name in imported(path):
        top = name.split(".")[0]
        assert top not in set(ALLOWED) - ALLOWED[package], f"{relative} imports {name}: that is upwards"
        assert top != "tests", f"{relative} imports {name}: the software must not need its tests"
        if relative.startswith("pipelines/report/"):
            assert top not in PURE, f"{relative} imports {name}: the reader is pure"
        if room := ROOMS.get(top):
            assert re.match(room, relative), f"{relative} imports {name}: it belongs in {room}"


def test_every_package_was_walked() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in modules()} == set(ALLOWED)
