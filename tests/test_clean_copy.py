"""What the README tells a newcomer to type works in a copy that holds only what is in version control.

The copy gets an environment that borrows this one's packages, so that nothing is downloaded; installing
them from the lock file is what CI does before it comes here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout's files, tracked or about to be, and an environment with the copy installed in it."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("no git checkout to copy from")
    folder = tmp_path_factory.mktemp("clean")
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / ".venv"], check=True)
    site_packages = next((folder / ".venv" / "lib").glob("python*/site-packages"))
    (site_packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "-e",
        ".",
    ]
    subprocess.run([folder / ".venv/bin/python", *install], cwd=folder, check=True)
    for tool in ("pytest", "ruff", "mypy"):
        borrowed = Path(sys.executable).parent / tool
        script = borrowed.read_bytes()
        if script.startswith(b"#!"):  # a Python script: run it by the copy's Python
            script = b"#!%b\n" % bytes(folder / ".venv/bin/python") + script.split(b"\n", 1)[1]
        (folder / ".venv/bin" / tool).write_bytes(script)
        (folder / ".venv/bin" / tool).chmod(0o755)
    (folder / ".venv/.ready").touch()
    return folder


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "GONGKAI"))
    }
    environment |= {"GONGKAI_STATE": str(folder / "state"), "PYTHON": sys.executable}
    return subprocess.run(
        ["make", *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=600
    )


def test_make_demo_shows_what_was_found_and_what_to_type_next(copy: Path) -> None:
    done = make(copy, "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "收到和处理政府信息公开申请情况" in done.stdout
    assert "gongkai crawl bjxch" in done.stdout
    assert list((copy / "archive/reports/bjxch").glob("*/*.json"))


def test_make_test_checks_and_runs_tests(copy: Path) -> None:
    done = make(copy, "check")
    assert done.returncode == 0, done.stdout + done.stderr
    done = make(copy, "--dry-run", "test")
    assert "setup.sh system" in done.stdout
    assert "pytest" in done.stdout
    done = subprocess.run(
        [copy / ".venv/bin/pytest", "-q", "tests/test_imports.py"], cwd=copy, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
