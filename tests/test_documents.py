"""The documents say what is so: verbs, options, settings and codes are compared with the code."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import get_args

import click
import pytest

from crawler.cli import main
from crawler.config.settings import SETTINGS
from crawler.doctor.model import CODES as DOCTOR
from crawler.exits import Exit
from crawler.explaining import OUTCOMES
from crawler.sites import SHIPPED, load_sites
from crawler.watch.codes import CODES as ALERTS
from crawler.watch.settings import Channel, WatchSection
from crawler.watch.settings import Kind as ChannelKind
from pipelines.history.model import KINDS
from pipelines.report.model import FindingCode
from storage.findings import CODES

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "README.zh-CN.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs" / "operations").iterdir()),
]
CODE = sorted(path for room in ("crawler", "pipelines", "storage") for path in (ROOT / room).rglob("*.py"))


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_every_finding_code_is_in_the_data_dictionary() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+?) \|", text("docs/data-dictionary.md"), re.MULTILINE)
    severities = {"error", "warning", "info"}
    documented = [code for code, severity in rows if set(re.split(", | or ", severity)) <= severities]
    assert sorted(documented) == sorted(get_args(FindingCode))


def test_the_exit_codes_in_the_documents_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| (\d+) \| `([A-Z_]+)` \| (.+) \|$", text("docs/running.md"), re.M)
    source = ast.parse(inspect.getsource(Exit)).body[0]
    assert isinstance(source, ast.ClassDef)
    meanings = [
        n.value.value for n in source.body if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)
    ][1:]
    assert rows == [
        (str(exit_.value), exit_.name, meaning) for exit_, meaning in zip(Exit, meanings, strict=True)
    ]


def test_the_outcomes_of_runs_in_the_documents_are_those_of_the_code() -> None:
    table = text("docs/running.md").partition("| outcome | means |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", table, re.M) == list(OUTCOMES.items())
    code = text("pipelines/archive.py")
    given = set(re.findall(r'reason = "([a-z-]+)"|reason="([a-z-]+)"|else "(archive-[a-z]+)" *\n', code))
    assert {word for words in given for word in words if word} <= set(OUTCOMES)


def test_the_codes_of_a_verification_in_the_documents_are_those_of_the_code() -> None:
    row = r"^\| `([a-z-]+)` \| (damage|notice) \| (.+) \| (.+) \|$"
    rows = re.findall(row, text("docs/archive.md"), re.M)
    assert rows == [(name, code.level, code.meaning, code.mend) for name, code in CODES.items()]


def test_alerts_and_channels_in_the_documents_are_those_of_the_code() -> None:
    document = text("docs/watch.md")
    rows = re.findall(r"^\| `([a-z-]+)` \| (critical|warning|notice) \| (.+) \| (.+) \|$", document, re.M)
    assert rows == [(name, code.severity, code.means, code.do) for name, code in ALERTS.items()]
    kinds = document.partition("| kind | what goes there |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", kinds, re.M) == list(get_args(ChannelKind))
    for key in {*WatchSection.model_fields, *Channel.model_fields} - {"channels"}:
        assert re.search(rf"`{key}`|^    {key} = ", document, re.M), key


def test_the_codes_of_the_doctor_in_the_documents_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", text("docs/doctor.md"), re.M)
    assert dict(rows) == DOCTOR


def test_every_setting_of_the_file_is_documented() -> None:
    rows = re.findall(r"^\| (.*?) \| (`[^|]+) \| (.*?) \| .+ \|$", text("docs/configuration.md"), re.M)
    documented = {
        ".".join(re.findall(r"\w+", key)): tuple(re.findall(r"`(\w+)`", variables))
        for key, variables, _ in rows
        if key
    }
    assert documented == {setting.key: setting.variables for setting in SETTINGS}


def test_the_kinds_of_changes_in_the_documents_are_those_of_the_code() -> None:
    document = text("docs/changes.md").partition("## One change")[0]
    assert tuple(re.findall(r"^\| `([a-z]+)` \|", document, re.M)) == KINDS


def test_every_setting_of_ours_is_documented_and_exists() -> None:
    in_code = set(re.findall(r"GONGKAI_[A-Z0-9_]+", "\n".join(path.read_text("utf-8") for path in CODE)))
    in_table = set(re.findall(r"`(GONGKAI_[A-Z0-9_]+)`", text("docs/configuration.md")))
    assert in_code == in_table


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_gongkai_command_in_the_documents_is_one(path: Path) -> None:
    """Verbs and long options in code blocks and inline code exist."""
    assert isinstance(main, click.Group)
    for words in re.findall(r"gongkai ((?:[a-z]+)(?: [^\n`#|]*)?)", path.read_text("utf-8")):
        verb, *rest = words.split()
        if verb not in main.commands and not re.search(rf"`?gongkai {verb}\b", "\n".join(code_spans(path))):
            continue  # prose: "gongkai is ..."
        assert verb in main.commands, f"{path.name}: no verb {verb!r}"
        command = main.commands[verb]
        if isinstance(command, click.Group) and rest and rest[0] in command.commands:
            command = command.commands[rest[0]]
        options = {option for parameter in command.params for option in parameter.opts}
        for word in rest:
            if word.startswith("--"):
                assert word.split("=")[0] in options | {"--help"}, f"{path.name}: {verb} has no {word}"


def test_the_jobs_of_the_cluster_are_verbs() -> None:
    jobs = re.findall(r"args: \[(\w+)", text("docs/operations/cronjob.yaml"))
    assert len(jobs) == 2
    assert set(jobs) <= set(main.commands)


def code_spans(path: Path) -> list[str]:
    document = path.read_text("utf-8")
    return re.findall(r"`([^`\n]+)`", document) + re.findall(r"^    (.+)$", document, re.M)


@pytest.mark.parametrize("verb", sorted(main.commands) if isinstance(main, click.Group) else [])
def test_every_verb_is_shown_in_the_readmes(verb: str) -> None:
    for name in ("README.md", "README.zh-CN.md"):
        assert f"gongkai {verb}" in text(name), f"{name} does not show gongkai {verb}"


def test_the_readmes_count_the_registry_rightly() -> None:
    sites = [site for site in load_sites("").values() if site.source.parent == SHIPPED]
    files = {site.source for site in sites}
    for name in ("README.md", "README.zh-CN.md"):
        counted = re.search(r"(\d+) districts, .* in (\d+) provinces|有 (\d+) 个省份的 (\d+) 个", text(name))
        assert counted, name
        numbers = {int(number) for number in counted.groups() if number}
        assert numbers == {len(sites), len(files)}, name


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_a_document_names_is_there(path: Path) -> None:
    document = path.read_text("utf-8")
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document):
        assert (path.parent / link).exists(), f"{path.name} links to {link}"
    for name in re.findall(r"`((?:crawler|pipelines|storage|tests|docs|benchmarks)/[\w./-]*\w)`", document):
        assert (ROOT / name).exists(), f"{path.name} names {name}"
