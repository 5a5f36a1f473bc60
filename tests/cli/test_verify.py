"""`gongkai verify`: what it says, prints and leaves behind, on an archive read by the real reader."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from crawler.cli import main
from crawler.exits import Exit
from pipelines.publish import publish
from pipelines.worker import Reader
from storage.archive import Archive
from tests.made.html import page
from tests.made.truth import make
from tests.pipelines.folding import SITE, Desk

AUDIT: dict[str, Any] = {
    "type": "object",
    "required": ["schema", "audit", "software", "archive", "objects", "bodies", "heads", "previous"],
    "properties": {
        "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
        "findings": {"items": {"required": ["code", "level", "key", "message", "mend"]}},
        "repaired": {"items": {"required": ["key", "source", "quarantined"]}},
    },
}


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Two published reports."""
    monkeypatch.setenv("GONGKAI_STATE", str(tmp_path / "state"))
    desk = Desk(tmp_path)
    names = ("北京市西城区虚构局", "北京市西城区虚构二局")
    truths = [make(f"verify/{name}", organization=name, year=2024, busy=0.5) for name in names]
    desk.crawl(*((f"/{number}.html", page(truth)) for number, truth in enumerate(truths)))
    with desk.open() as archive, Reader() as reader:
        assert len(publish(archive, SITE, reader).published) == 2
    return str(tmp_path / "archive")


def run(url: str, *words: str) -> Result:
    return CliRunner().invoke(main, ["verify", *words, "--archive", url])


def keys(url: str, kind: str) -> list[str]:
    with Archive.open(url) as archive:
        return sorted(archive.store.list(f"{kind}/"))


def record(url: str, key: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((Path(url) / key).read_bytes())
    return data


def test_a_sound_archive_gets_an_audit_record_and_nothing_else(url: str) -> None:
    before = {path: path.read_bytes() for path in Path(url).rglob("*") if path.is_file()}
    done = run(url)
    assert done.exit_code == Exit.OK, done.stderr
    assert "2 of 2 bodies hashed; all sound" in done.stderr
    assert done.stdout.strip() == ""
    (audit,) = keys(url, "audits")
    assert audit in done.stderr
    after = {path: path.read_bytes() for path in Path(url).rglob("*") if path.is_file()}
    assert {path: after[path] for path in before} == before
    assert set(after) - set(before) == {Path(url) / audit}
    jsonschema.validate(record(url, audit), AUDIT)
    assert record(url, audit)["objects"] == {
        "raw": 2, "captures": 1, "runs": 1, "parses": 2, "reports": 2, "audits": 0, "alerts": 0,
        "quarantine": 0,
    }  # fmt: skip


def test_damage_is_named_with_its_code_and_its_remedy(url: str) -> None:
    body, report = keys(url, "raw")[0], keys(url, "reports")[0]
    (Path(url) / body).chmod(0o644)
    (Path(url) / body).write_bytes(b"other bytes")
    (Path(url) / report).unlink()
    (Path(url) / "notes.txt").write_text("words")
    done = run(url)
    assert done.exit_code == Exit.DAMAGED
    for words in (
        f"body-truncated  {body}",
        "--repair --from",
        f"report-missing  {report}",
        "foreign  notes.txt",
    ):
        assert words in done.stdout
    data = json.loads(run(url, "--json").stdout_bytes)
    assert data["counts"] == {"foreign": 1, "body-truncated": 1, "report-missing": 1}
    assert [one["key"] for one in data["findings"]] == [body, "notes.txt", report]
    assert len(data["previous"]) == 1


def test_a_repair_mends_from_a_copy_and_from_the_captures(url: str, tmp_path: Path) -> None:
    copy = str(tmp_path / "copy")
    shutil.copytree(url, copy)
    whole = {path: path.read_bytes() for path in Path(url).rglob("*") if path.is_file()}
    broken = {kind: keys(url, kind)[0] for kind in ("raw", "captures", "parses", "reports", "runs")}
    for key in broken.values():
        (Path(url) / key).chmod(0o644)
        (Path(url) / key).write_bytes((Path(url) / key).read_bytes()[:-5])
    alone = run(url, "--repair")
    assert alone.exit_code == Exit.DAMAGED
    done = run(url, "--repair", "--from", copy)
    assert done.exit_code == Exit.OK, done.output
    assert "mended" in done.stderr
    assert {path: path.read_bytes() for path in whole} == whole
    said = record(url, keys(url, "audits")[-1])
    jsonschema.validate(said, AUDIT)
    again = run(url)
    assert again.exit_code == Exit.OK, again.output


def test_what_a_person_asks_for_wrongly_is_said(url: str, tmp_path: Path) -> None:
    assert run(url, "--from", "x").exit_code == Exit.USAGE
    assert run(url, "--sample", "0").exit_code == Exit.USAGE
    assert run(url, "--repair", "--from", url).exit_code == Exit.USAGE
    assert run(url, "shwpx").exit_code == Exit.NOT_FOUND
    assert run(str(tmp_path / "nothing")).exit_code == Exit.ARCHIVE
    assert run(url, "--repair", "--from", str(tmp_path / "nothing")).exit_code == Exit.ARCHIVE
    assert keys(url, "audits") == []


def test_archive_json_may_be_damaged_too(url: str, tmp_path: Path) -> None:
    assert run(url).exit_code == Exit.OK
    copy = str(tmp_path / "copy")
    shutil.copytree(url, copy)
    described = Path(url) / "archive.json"
    described.chmod(0o644)
    described.write_text("{")
    done = run(url)
    assert done.exit_code == Exit.DAMAGED
    assert "identity-damaged  archive.json" in done.stdout
    assert run(url, "--repair", "--from", copy).exit_code == Exit.OK
    assert run(url).exit_code == Exit.OK


def test_some_bodies_are_enough_each_night(url: str) -> None:
    for _ in range(2):
        done = run(url, "--budget", "1")
        assert "1 of 2 bodies hashed" in done.stderr
    audits = [record(url, key) for key in keys(url, "audits")]
    checks = [one["bodies"]["oldest_check"] for one in sorted(audits, key=lambda one: len(one["previous"]))]
    assert checks[0] is None
    assert checks[1] is not None
    assert "2 of 2" in run(url, SITE, "--sample", "100%").stderr
    assert "0 of 2" in run(url, "--since", "2030-01-01").stderr
