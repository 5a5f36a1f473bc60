"""`gongkai doctor`: each thing that can be wrong is found, said in a sentence, and comes with a remedy."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
from packaging.requirements import Requirement

from crawler import config
from crawler.config.settings import SETTINGS
from crawler.doctor import examine, machine, network, schedule, settings, store, tools
from crawler.doctor.model import CODES, Check, Look, Patient
from crawler.exits import Exit
from crawler.schedule.slots import Slots
from pipelines.report.readers import container
from storage.archive import state_folder
from storage.keys import new_run
from tests.cli.made import archive, gongkai, report
from tests.servers.fixtures import swift, use_server
from tests.servers.lying_s3 import LyingS3
from tests.servers.swift_server import Swift

__all__ = ["swift"]

pytestmark = pytest.mark.usefixtures("elsewhere")


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An environment without any setting but the state folder."""
    for setting in SETTINGS:
        for variable in setting.variables:
            if variable != "GONGKAI_STATE":
                monkeypatch.delenv(variable, raising=False)
    config.forget()
    yield
    config.forget()


def patient(url: str = "./archive", *, online: bool = False) -> Patient:
    """This machine, with the configuration of this folder."""
    file = config.find()
    if file is not None and not config.mistakes(file):
        config.load()
    return Patient(file, url, state_folder(url), datetime.now(UTC), online)


def found(look: Look, url: str = "./archive", *, online: bool = False) -> dict[str, Check]:
    """What one look found, by code; the worst of several."""
    checks = sorted(
        look(patient(url, online=online)), key=lambda one: ["ok", "warning", "failure"].index(one.state)
    )
    return {check.code: check for check in checks}


def only(look: Look, url: str = "./archive", *, online: bool = False) -> Check:
    """The one check of a look."""
    (check,) = found(look, url, online=online).values()
    return check


# ------------------------------------------------------------------ as a whole


def test_a_sound_installation_is_healthy(tmp_path: Path) -> None:
    url = archive(tmp_path, report("甲局"))
    before = sorted(Path(url).rglob("*"))
    result = gongkai("doctor", "--archive", url, "--json")
    data = json.loads(result.stdout)
    assert result.exit_code == Exit.OK, result.stdout
    assert data["healthy"] is True
    assert {check["code"] for check in data["checks"]} <= set(CODES)
    assert {code for code, _ in examine.LOOKS} <= {check["code"] for check in data["checks"]}
    assert all(check["remedy"] for check in data["checks"] if check["state"] != "ok")
    assert sorted(Path(url).rglob("*")) == before, "nothing of the doctor is left"


def test_what_is_to_be_mended_is_exit_code_5_and_said_with_the_remedy(tmp_path: Path) -> None:
    url = archive(tmp_path, report("甲局"))
    Path("gongkai.toml").write_text('contakt = "a"\n[schedule]\nparalell = 3\n', "utf-8")
    result = gongkai("doctor", "--archive", url)
    assert result.exit_code == Exit.INCOMPLETE
    assert "contakt: no such key. Did you mean contact?" in result.stdout
    assert "paralell: no such key. Did you mean parallel?" in result.stdout
    assert "2 to mend" in result.stderr


def test_a_look_that_stumbles_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Patient) -> Iterator[Check]:
        raise RuntimeError("geheim-im-fehler")
        yield

    monkeypatch.setenv("SMTP_PASSWORD", "geheim-im-fehler")
    monkeypatch.setattr(examine, "LOOKS", (("clock", broken), ("python", machine.python)))
    first, second = examine.examine(patient())
    assert (first.code, first.state, second.code) == ("clock", "failure", "python")
    assert "RuntimeError: ***" in first.what


# ------------------------------------------------------------------ what was written down


def test_misspelt_and_senseless_variables_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert only(settings.environment).state == "ok"
    monkeypatch.setenv("GONGKAI_ARCHIV", "x")
    assert only(settings.environment) == Check(
        "environment", "warning", "GONGKAI_ARCHIV is set, and means nothing", "Did you mean GONGKAI_ARCHIVE?"
    )
    Path("gongkai.toml").write_text(
        '[watch.channels.us]\nkind = "slack"\nurl_env = "GONGKAI_ARCHIV"\n', "utf-8"
    )
    config.forget()
    config.load()
    assert only(settings.environment).state == "ok"
    monkeypatch.setenv("GONGKAI_SPOOL_LIMIT", "ten")
    assert "GONGKAI_SPOOL_LIMIT is 'ten'" in only(settings.environment).what


def test_a_secret_that_everybody_can_read_is_complained_of() -> None:
    file = Path("gongkai.toml")
    text = '[watch.channels.us]\nkind = "slack"\nurl = "https://hooks.example.org/hush"\n'
    file.write_text(text, "utf-8")
    file.chmod(0o644)
    check = only(settings.secret_files)
    assert (check.state, check.remedy) == ("warning", f"Type: chmod 600 {file.absolute()}")
    file.chmod(0o600)
    assert only(settings.secret_files).state == "ok"
    file.write_text(text.replace('url = "https://hooks.example.org/hush"', 'url_file = "hook"'), "utf-8")
    config.forget()
    check = only(settings.secret_files)
    assert check.state == "failure"
    assert "hook (url_file of the channel us) cannot be read: No such file" in check.what


def test_a_channel_without_its_secret_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("gongkai.toml").write_text('[watch.channels.us]\nkind = "slack"\nurl_env = "OUR_HOOK"\n', "utf-8")
    check = only(settings.channels)
    assert (check.state, check.what) == ("failure", "OUR_HOOK, url_env of the channel us, is not set")
    monkeypatch.setenv("OUR_HOOK", "https://hooks.example.org/hush")
    assert only(settings.channels).state == "ok"


def test_missing_and_wrong_files_of_ones_own_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert only(settings.contact).state == "warning"
    for variable, look in (
        ("GONGKAI_SITES", settings.site_files),
        ("GONGKAI_CORRECTIONS", settings.correction_files),
    ):
        assert only(look).state == "ok"
        monkeypatch.setenv(variable, "mine.toml")
        assert only(look).state == "failure"
        assert "mine.toml: no such file" in only(look).what


def test_a_site_that_the_configuration_misspells_is_found() -> None:
    Path("gongkai.toml").write_text('[schedule]\nsites = ["bjxch", "bjxcj"]\n', "utf-8")
    check = only(settings.site_files)
    assert check.state == "failure"
    assert check.what.startswith("[schedule] sites: No site is called 'bjxcj'. Did you mean bjxch")


# ------------------------------------------------------------------ this machine


def test_a_state_folder_that_cannot_be_written_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert only(machine.state_folder).state in ("ok", "warning")
    Path("file").touch()
    monkeypatch.setenv("GONGKAI_STATE", "file/state")
    check = only(machine.state_folder)
    assert (check.state, "cannot be written: Not a directory" in check.what) == ("failure", True)


def test_disks_of_other_machines_are_told_from_local_ones(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        f"/dev/sda1 / ext4 rw 0 0\nnas:/x {tmp_path} nfs4 rw 0 0\n/dev/sdb1 {tmp_path}/a\\040b xfs rw 0 0\n"
    )
    assert machine.file_system(Path("/"), mounts) == "ext4"
    assert machine.file_system(tmp_path / "state", mounts) == "nfs4"
    assert machine.file_system(tmp_path / "a b" / "c", mounts) == "xfs"
    assert machine.file_system(tmp_path, tmp_path / "none") == ""


def test_a_full_disk_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    for free, state in ((2**20, "failure"), (2**30, "warning"), (2**40, "ok")):
        monkeypatch.setattr(
            shutil, "disk_usage", lambda _, free=free: type("D", (), {"free": free, "total": 2**41})
        )
        assert only(machine.archive_disk).state == state


def test_what_waits_in_the_spool_is_said(tmp_path: Path) -> None:
    assert only(machine.spool).state == "ok"
    url = archive(tmp_path)
    (state_folder(url) / "spool" / "bjxch" / new_run(datetime.now(UTC))).mkdir(parents=True)
    check = only(machine.spool, url)
    assert (check.state, check.remedy) == ("warning", "Type: gongkai spool drain")


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("click>=8", ""),
        ("click<8", "click is "),
        ("nosuchpackage>=1", "nosuchpackage is missing"),
    ],
)
def test_packages_are_held_against_what_is_asked_for(wanted: str, said: str) -> None:
    wrong = machine.unmet(Requirement(wanted))
    assert wrong.startswith(said) if said else not wrong


def test_missing_tools_are_warnings_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    font_manager = pytest.importorskip("matplotlib.font_manager")
    monkeypatch.setenv("PATH", str(tmp_path))
    check = only(tools.libreoffice)
    assert (check.state, "apt install libreoffice-writer-nogui" in check.remedy) == ("warning", True)
    broken = tmp_path / "soffice"
    broken.write_text("#!/bin/sh\necho cannot open display >&2\nexit 77\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    assert only(tools.libreoffice).what == f"{broken} does not start: cannot open display"
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    check = only(tools.pictures)
    assert check.what == "No font with Chinese letters is installed"
    assert check.remedy.startswith("apt install fonts-noto-cjk")
    monkeypatch.setattr(container, "_libarchive", lambda: None)
    assert only(tools.libarchive).remedy == "apt install libarchive13"
    monkeypatch.setattr(metadata, "requires", lambda _: ['nosuchpackage>=1; extra == "ocr"'])
    assert only(tools.ocr).what.startswith("nosuchpackage is missing: scans")
    assert only(tools.ocr).remedy == 'pip install ".[ocr]"'


# ------------------------------------------------------------------ the archive


def test_an_archive_that_is_not_there_is_told_from_one_that_cannot_be(tmp_path: Path) -> None:
    check = only(store.archive)
    assert (check.code, check.state) == ("archive-reach", "warning")
    assert not (tmp_path / "archive").exists()
    Path("file").touch()
    assert only(store.archive, "file/archive").state == "failure"
    assert only(store.archive, "file").state == "failure"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "things.txt").touch()
    assert "holds other things" in only(store.archive, "other").what


def test_a_folder_below_one_that_may_not_be_looked_into(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refused(path: Path, **_: object) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "exists", refused)  # as Python up to 3.13 does; root may look everywhere
    monkeypatch.setattr(Path, "stat", refused)
    assert "This user may not write to" in only(store.archive, str(tmp_path / "archive")).what
    assert only(machine.archive_disk, str(tmp_path / "archive")).state in ("ok", "warning")


def test_every_right_is_tried_and_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    with LyingS3() as server:
        use(server, monkeypatch)
        checks = found(store.archive, "s3://bucket/prefix")
        assert [check.state for check in checks.values() if check.code != "archive-check"] == ["ok"] * 5
        assert (checks["archive-check"].state, server.objects) == ("warning", {})
        assert only(store.clock, "s3://bucket/prefix").what.startswith("as that of http://127.0.0.1")


def test_a_store_that_lists_late_is_no_place_for_several_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    with LyingS3("lists-late") as server:
        use(server, monkeypatch)
        check = found(store.archive, "s3://bucket/prefix")["archive-list"]
        assert (check.state, "only one machine" in check.remedy) == ("warning", True)


def test_a_store_that_is_away_and_one_without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    with LyingS3() as server:
        use(server, monkeypatch)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "hush-id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush-key")
    check = only(store.archive, "s3://bucket/prefix")
    assert (check.code, check.state) == ("archive-reach", "failure")
    assert "could not be reached" in check.what
    assert "hush" not in check.what
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    assert "no credentials were found" in only(store.archive, "s3://bucket/prefix").what


def test_a_bucket_that_is_not_there_is_named(swift: Swift, monkeypatch: pytest.MonkeyPatch) -> None:
    use_server(swift, monkeypatch)
    check = only(store.archive, "s3://nosuchbucket/prefix")
    assert (check.code, check.state) == ("archive-reach", "failure")
    assert "there is no bucket nosuchbucket" in check.what


def test_a_check_of_the_store_is_told(tmp_path: Path) -> None:
    url = archive(tmp_path)
    (Path(url) / "store.json").write_text(
        json.dumps(
            {"checked": "2026-01-01", "fit": False, "probes": [{"verdict": "unfit", "message": "loses"}]}
        )
    )
    check = found(store.archive, url)["archive-check"]
    assert (check.state, check.what) == ("failure", "checked 2026-01-01: loses")


def use(server: LyingS3, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)


# ------------------------------------------------------------------ clock, names, proxies, a site


class Answers(BaseHTTPRequestHandler):
    """A server whose clock is off by `off`."""

    off: ClassVar[timedelta] = timedelta()
    status: ClassVar[int] = 404

    def do_GET(self) -> None:
        self.send_response_only(self.status)
        self.send_header("Date", format_datetime(datetime.now(UTC) + self.off, usegmt=True))
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that is every web proxy; gives its address."""
    Answers.off, Answers.status = timedelta(), 404
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as running:
        Thread(target=running.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{running.server_port}"
        for name in ("http_proxy", "https_proxy"):
            monkeypatch.setenv(name, url)
        yield url
        running.shutdown()


@pytest.mark.parametrize(
    ("off", "state", "says"),
    [
        (0, "ok", "as that of"),
        (60, "warning", "behind that of"),
        (-90, "warning", "ahead of that of"),
        (3600, "failure", "behind that of"),
    ],
)
def test_a_wrong_clock_is_found(server: str, off: int, state: str, says: str) -> None:
    Answers.off = timedelta(seconds=off)
    check = only(store.clock, online=True)
    assert check.state == state
    assert says in check.what
    if off:
        assert abs(int(check.what.split()[0]) - abs(off)) <= 5


def test_a_run_from_the_future_means_a_wrong_clock(tmp_path: Path) -> None:
    url = archive(tmp_path)
    run = new_run(datetime.now(UTC) + timedelta(hours=2))
    record = Path(url) / "runs" / "bjxch" / f"{run}-{'0' * 64}.json"
    record.parent.mkdir(parents=True)
    record.touch()
    check = only(store.clock, url)
    assert (check.state, "in the future" in check.what) == ("failure", True)


def test_a_proxy_that_takes_no_connection_is_named_without_its_password(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert only(network.proxy).state == "ok"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        monkeypatch.setenv("http_proxy", f"http://user:hush@127.0.0.1:{port}")
        check = only(network.proxy)
    assert (check.state, "hush" in check.what) == ("failure", False)
    assert f"http://127.0.0.1:{port}, for http, takes no connection: Connection refused" in check.what


def test_an_unknown_name_of_the_store_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://s3.nosuch.invalid")
    check = found(network.names, "s3://bucket/prefix")["names"]
    assert (check.state, "s3.nosuch.invalid, the store, cannot be looked up" in check.what) == (
        "failure",
        True,
    )


def test_one_site_is_asked_when_told_to(server: str) -> None:
    Path("mine.toml").write_text(
        '[mine]\nname = "虚构区"\nfamily = "trs"\nhosts = ["www.xg.gov.cn"]\nseeds = ["http://www.xg.gov.cn/a/"]\n',
        "utf-8",
    )
    Path("gongkai.toml").write_text('site_files = ["mine.toml"]\n', "utf-8")
    assert "no site was asked" in only(network.site).what
    check = only(network.site, online=True)
    assert (check.state, check.what) == ("ok", "http://www.xg.gov.cn/robots.txt answers 404")
    Answers.status = 521
    assert only(network.site, online=True).state == "warning"


def test_a_scheduler_that_is_no_more_is_missed(tmp_path: Path) -> None:
    url = archive(tmp_path, report("甲局"))
    assert only(schedule.scheduler, url).state == "ok"
    assert gongkai("schedule", "--list", "--archive", url).exit_code == Exit.OK
    assert only(schedule.scheduler, url).state == "ok", "nobody was ever at work"
    slots = Slots(state_folder(url) / "schedule.sqlite")
    try:
        slots.renew(datetime.now(UTC), datetime.now(UTC), 1)
        assert only(schedule.scheduler, url).what == "1 at work, 0 jobs under way"
        slots.renew(datetime(2026, 1, 2, 3, 4, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), 1)
        check = only(schedule.scheduler, url)
    finally:
        slots.close()
    assert check.state == "warning"
    assert check.what == "none is at work on this machine, the last one was seen 2026-01-02 03:04 UTC"
