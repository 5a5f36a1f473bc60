"""Names as the web has them, from the crawl to the exports: none becomes a path, none is taken for another.

Attachments called `../../x`, with NUL, of 300 bytes, reserved on some system, alike but for case or Unicode
form, in addresses, in Content-Disposition and inside a ZIP; two bodies whose names read alike in pinyin.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from crawler.exits import Exit
from storage.keys import check_key
from tests.crawler.crawling import FAST, ROOT
from tests.made.archives import zipped
from tests.made.html import page
from tests.made.truth import make
from tests.servers.web import Reply, Seen, Web

HOST = "www.xugou-a.gov.cn"
COLUMN = f"https://{HOST}/zwgk/zfxxgknb/"
ORGANIZATIONS = ("虚构县教育局", "虚构县交于局", "虚构縣教育局")
"""Alike in pinyin, or to the eye."""
FILES = (
    *("..%2F..%2Fx.docx", "..%5C..%5Cx.docx", "x%00.docx", "x%0A.docx", "con.docx", ".htaccess.docx"),
    *("A.docx", "a.docx", quote("é.docx"), quote("e\u0301.docx"), quote("附" * 100) + ".docx", "-rf.docx"),
    *("a%20b.docx", "a+b.docx", "~root.docx", "%E2%80%AEx.docx", "%FF%FE.docx", "names.zip"),
)
MEMBERS = (
    *("../../evil.html", "/etc/evil.html", "C:\\evil.html", "CON.html", ".htaccess", "n\nl.html"),
    *("\x1b[31m.html", "a" * 300 + ".html", "x/../../y.html", "A.html", "a.html", "é.html", "e\u0301.html"),
)
ENTRY = f'[xugou]\nname = "虚构县"\nfamily = "trs"\nhosts = ["{HOST}"]\nseeds = ["{COLUMN}"]\n'


def report(number: int) -> bytes:
    """The page of that body's report; the first has all the attachments."""
    made = page(make(f"names/{number}", organization=ORGANIZATIONS[number], year=2024))
    links = "".join(f'<p><a href="{name}">附件：统计表{at}</a></p>' for at, name in enumerate(FILES))
    return made.replace(b"</body>", links.encode() + b"</body>") if number == 0 else made


def play(seen: Seen) -> Reply:
    path = urlsplit(seen.url).path
    if path.endswith("/zfxxgknb/"):
        title = "2024年政府信息公开工作年度报告"
        rows = (f'<li><a href="t{n}.html">{o}{title}</a></li>' for n, o in enumerate(ORGANIZATIONS))
        return Reply("<ul>" + "".join(rows) + "</ul>")
    for number in range(len(ORGANIZATIONS)):
        if path.endswith(f"/t{number}.html"):
            return Reply(report(number))
    name = path.rpartition("/")[2]
    if name not in FILES:
        return Reply("", 404)
    disposed = {"Content-Disposition": 'attachment; filename="../../../x.sh"', "Content-Type": "text/html"}
    if name == "names.zip":
        inside = page(make("names/0", organization=ORGANIZATIONS[0], year=2024))
        return Reply(zipped(dict.fromkeys(MEMBERS, inside)), 200, disposed)
    return Reply(f"<p>{FILES.index(name)}</p>", 200, disposed)


def gongkai(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    own = {"GONGKAI_SITES": str(folder / "own.toml"), "GONGKAI_STATE": str(folder / "state")}
    done = subprocess.run(
        [sys.executable, "-c", "from crawler.cli import main; main()", *words],
        cwd=ROOT,
        env=clean | own | {"GONGKAI_ARCHIVE": str(folder / "archive")} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("names")
    (folder / "own.toml").write_text(ENTRY, encoding="utf-8")
    with Web(play) as web:
        done = gongkai(folder, "crawl", "xugou", *FAST, **web.environment())
        assert done.returncode == Exit.OK, done.stderr
        asked = {url.rpartition("/")[2] for url in web.asked()}
    assert {name.lower() for name in FILES} <= {name.lower() for name in asked}
    return folder


def keys(archive: Path) -> list[str]:
    return sorted(path.relative_to(archive).as_posix() for path in archive.rglob("*") if path.is_file())


def test_every_name_is_kept_as_data_and_none_becomes_a_path(crawled: Path) -> None:
    found = keys(crawled / "archive")
    assert [check_key(key) for key in found] == found
    assert len({key.lower() for key in found}) == len(found)
    assert {path.name for path in crawled.iterdir()} == {"archive", "state", "own.toml"}
    lines = [
        json.loads(line)
        for key in found
        if key.startswith("captures/")
        for line in (crawled / "archive" / key).read_text(encoding="utf-8").splitlines()
    ]
    attached = {
        line["url"].rpartition("/")[2]: line["sha256"] for line in lines if line["role"] == "attachment"
    }
    assert set(attached) == set(FILES)
    assert len(set(attached.values())) == len(FILES)


def test_bodies_whose_names_read_alike_have_a_report_each(crawled: Path) -> None:
    published = [key for key in keys(crawled / "archive") if key.startswith("reports/")]
    held = {json.loads((crawled / "archive" / key).read_bytes())["organization"] for key in published}
    assert held == set(ORGANIZATIONS)
    assert len({key.lower() for key in published}) == len(ORGANIZATIONS)
    for organization in ORGANIZATIONS:
        shown = gongkai(crawled, "show", "xugou", "2024", organization)
        assert shown.returncode == Exit.OK
        assert organization in shown.stdout


def test_they_survive_verification_copies_and_exports(crawled: Path, tmp_path: Path) -> None:
    assert gongkai(crawled, "verify").returncode == Exit.OK
    copy, bag, wacz = tmp_path / "copy", tmp_path / "bag", tmp_path / "xugou.wacz"
    assert gongkai(crawled, "copy", str(crawled / "archive"), str(copy)).returncode == Exit.OK
    assert gongkai(crawled, "verify", "--archive", str(copy)).returncode == Exit.OK
    assert gongkai(crawled, "bag", "-o", str(bag)).returncode == Exit.OK
    assert gongkai(crawled, "wacz", "xugou", "-o", str(wacz)).returncode == Exit.OK
    payload = keys(bag / "data")
    assert [check_key(key) for key in payload] == payload
    with zipfile.ZipFile(wacz) as package:
        assert all(not name.startswith("/") and ".." not in name for name in package.namelist())
    shown = gongkai(crawled, "show", "xugou", "2024", ORGANIZATIONS[2], "--archive", str(copy))
    assert ORGANIZATIONS[2] in shown.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"copy", "bag", "xugou.wacz"}


def test_a_files_name_steers_neither_a_terminal_nor_where_drawings_go(crawled: Path, tmp_path: Path) -> None:
    inside = page(make("names/0", organization=ORGANIZATIONS[0], year=2024))
    names = [b"\xff\xfe.html", b"a\nb.html", b"\x1b[31mred.html", b".htaccess"]
    names.append("𠀀".encode() * 60 + b".html")
    for name in names:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(inside)
    (tmp_path / "names.zip").write_bytes(zipped(dict.fromkeys(MEMBERS, inside)))
    before = set(tmp_path.iterdir())
    for path in before:
        done = gongkai(crawled, "parse", str(path), "--evidence-image", "--out", str(tmp_path / "out"))
        assert done.returncode == Exit.OK, done.stderr
        assert "\x1b" not in done.stderr
        assert all(line.startswith("gongkai: ") for line in done.stderr.splitlines() if "虚构县" in line)
    assert set(tmp_path.iterdir()) - before == {tmp_path / "out"}
    drawn = list((tmp_path / "out").iterdir())
    assert all(path.is_file() for path in drawn)
    assert len(drawn) == len(names) + len(MEMBERS)
