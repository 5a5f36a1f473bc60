"""ZIP and RAR bodies: their files by their names, within limits; what is in them is read as usual."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from pipelines.errors import UnreadableDocument
from pipelines.report.read import read_all
from pipelines.report.readers import container, sniff
from tests.made.archives import rar4, rar5, zipped
from tests.made.html import page
from tests.made.truth import make

FILES = {"年报/虚构局.txt": b"hello", "二.txt": b"x" * 70_000}
TRUTHS = [
    make(f"container/{name}", organization=name, year=2024, busy=0.4)
    for name in ("北京市西城区虚构局", "北京市西城区示例局")
]


def unpacked(body: bytes) -> list[tuple[str | None, int, str | None]]:
    members = container.unpack(body, sniff(body))
    return [(member.name, len(member.body), member.problem) for member in members]


WRITERS: dict[str, Callable[[dict[str, bytes]], bytes]] = {
    "zip": zipped,
    "zip with names in GBK": lambda files: zipped(files, gbk=True),
    "rar 4": rar4,
    "rar 4 with names in UTF-8": lambda files: rar4(files, encoding="utf-8"),
    "rar 5": rar5,
}


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
def test_an_archive_gives_its_files_by_their_names(writer: Callable[[dict[str, bytes]], bytes]) -> None:
    assert unpacked(writer(FILES)) == [(name, len(data), None) for name, data in FILES.items()]


def test_names_are_read_in_a_locale_that_has_no_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    import locale

    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C")
        assert [name for name, _, _ in unpacked(rar5(FILES))] == list(FILES)
        assert locale.setlocale(locale.LC_CTYPE) == "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


def test_what_systems_leave_in_an_archive_is_no_file_of_it() -> None:
    junk = ("__MACOSX/._a.txt", "年报/.DS_Store", "Thumbs.db", "~$报告.docx")
    assert unpacked(zipped(dict.fromkeys(junk, b"1") | {"a.txt": b"1"})) == [("a.txt", 1, None)]


def test_two_files_of_one_name_are_told_apart() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", b"1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.txt", b"22")
    assert unpacked(out.getvalue()) == [("a.txt", 1, None), ("a.txt (2)", 2, None)]


def test_no_number_is_given_that_another_file_bears() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a (2)", b"1")
        archive.writestr("a", b"1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a", b"1")
    names = [name for name, _, _ in unpacked(out.getvalue())]
    assert (len(set(names)), names[:2]) == (3, ["a (2)", "a"])


def test_an_archive_in_an_archive_is_opened_and_no_deeper_one() -> None:
    inner = rar5(FILES)
    assert [name for name, _, _ in unpacked(zipped({"内.rar": inner, "b": b"1"}))] == [
        "内.rar/年报/虚构局.txt",
        "内.rar/二.txt",
        "b",
    ]
    ((name, size, problem),) = unpacked(zipped({"1.zip": zipped({"2.rar": inner})}))
    assert (name, size) == ("1.zip/2.rar", 0)
    assert problem is not None


def test_a_damaged_inner_archive_spoils_no_other_file() -> None:
    (cut, sound) = unpacked(zipped({"a.zip": zipped(FILES)[:80], "b": b"1"}))
    assert cut[0] == "a.zip"
    assert "damaged" in (cut[2] or "")
    assert sound == ("b", 1, None)


def test_more_files_than_are_opened_are_said_to_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "MOST_FILES", 3)
    names = {f"{number}.txt": b"1" for number in range(9)}
    found = unpacked(zipped({"1.zip": zipped(names), "2": b""}))
    assert [name for name, _, _ in found] == ["1.zip/0.txt", "1.zip/1.txt", None]
    assert "more than 3 files" in (found[-1][2] or "")


@pytest.mark.parametrize("writer", [zipped, rar4, rar5])
def test_a_file_and_an_archive_that_unpack_to_too_much_are_not_opened(
    writer: Callable[[dict[str, bytes]], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "MOST_BYTES_OF_FILE", 1000)
    monkeypatch.setattr(container, "MOST_BYTES", 2500)
    files = {"a": bytes(1001), "b": bytes(900), "c": bytes(700), "d": bytes(9)}
    large, sound, left_out = unpacked(writer(files))
    assert large[:2] == ("a", 0)
    assert sound == ("b", 900, None)
    assert left_out[:2] == (None, 0)


def test_a_bomb_is_not_unpacked() -> None:
    """80 KB that would be 80 MB; no more than a file's limit is ever taken out."""
    ((name, size, problem),) = unpacked(zipped({"bomb": bytes(80 << 20)}))
    assert (name, size) == ("bomb", 0)
    assert "64 MiB" in (problem or "")


def test_encrypted_files_are_named() -> None:
    body = bytearray(zipped({"a.txt": b"1"}))
    for header, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        body[body.index(header) + offset] |= 1
    assert unpacked(bytes(body)) == [("a.txt", 0, "it is encrypted")]


@pytest.mark.parametrize(
    "body",
    [rar5(FILES, encrypted=True), rar4(FILES)[:40], zipped(FILES)[:90], zipped({}), rar5(FILES)[:30]],
    ids=["encrypted", "cut in its first header", "cut", "empty", "cut before its first file"],
)
def test_an_archive_that_gives_no_file_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableDocument):
        unpacked(body)


def test_an_archive_that_is_cut_off_gives_the_files_before() -> None:
    for body in (rar4(FILES), rar5(FILES)):
        first, *rest = unpacked(body[:-2000])
        assert first == ("年报/虚构局.txt", 5, None)
        assert all(problem for _, _, problem in rest)
        assert rest


@pytest.mark.parametrize("writer", [rar4, rar5])
def test_a_digit_that_changed_on_the_way_is_found_out(writer: Callable[[dict[str, bytes]], bytes]) -> None:
    body = writer({"一.txt": b"received 123", "二.txt": b"sound"})
    one, other = unpacked(body.replace(b"123", b"128"))
    assert one == ("一.txt", 0, "its data is damaged (another checksum)")
    assert other == ("二.txt", 5, None)


@pytest.mark.parametrize("writer", [zipped, rar4])
def test_each_report_in_an_archive_is_read_and_says_in_which_file(
    writer: Callable[[dict[str, bytes]], bytes],
) -> None:
    files = {"甲.html": page(TRUTHS[0]), "附件/乙.html": page(TRUTHS[1]), "字体.ttf": bytes(range(256)) * 9}
    one, other, font = read_all(writer(files))
    for report, truth, member in ((one, TRUTHS[0], "甲.html"), (other, TRUTHS[1], "附件/乙.html")):
        data, expected = report.to_json(), truth.to_json() | {"published": None}
        assert {key: data[key] for key in expected} == expected
        assert report.sources[0].member == member
        assert {evidence.place.member for evidence in report.evidence.values()} == {member}
    assert [finding.code for finding in font.findings] == ["not-a-report"]


def test_a_file_that_cannot_be_read_is_a_document_that_says_so() -> None:
    report, damaged = read_all(zipped({"甲.html": page(TRUTHS[0]), "乙.pdf": b"%PDF-1.7 cut"}))
    assert report.is_report
    assert not damaged.is_report
    ((code, message),) = [(finding.code, finding.message) for finding in damaged.findings]
    assert code == "member-unread"
    assert message.startswith("乙.pdf: ")


def test_without_the_library_a_rar_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "_libarchive", lambda: None)
    outer, inner = read_all(rar5(FILES)), read_all(zipped({"内.rar": rar5(FILES)}))
    for report in (*outer, *inner):
        ((code, message),) = [(finding.code, finding.message) for finding in report.findings]
        assert code == "needs-converter"
        assert "libarchive13" in message
    assert inner[0].sources[0].member == "内.rar"


@pytest.mark.parametrize("body", [b"7z\xbc\xaf\x27\x1c" + bytes(30), b"\x1f\x8b\x08" + bytes(30)])
def test_an_archive_that_is_not_opened_here_says_what_to_do(body: bytes) -> None:
    (finding,) = read_all(body)[0].findings
    assert finding.code == "needs-converter"
    assert finding.message.endswith("unpack it first")
