"""Files that other programs wrote, and files of ours: within limits, inside their folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.moving.test_filing import item
from tests.core.samples import NOW
from tracker.adapters import tables
from tracker.adapters.archives import in_folder, in_mbox
from tracker.adapters.attached import Folder
from tracker.adapters.outfile import FilesBeside, written
from tracker.adapters.tables import read_json, read_table
from tracker.core.errors import TrackerError
from tracker.core.moving.items import File, Person, Saying

FROM = b"From x@y Mon Mar  1 10:00:00 2021\n"


def with_file(name: str, number: str = "7") -> dict[str, object]:
    file = File("k", name, number=number)
    return {"opening": Saying("", NOW, Person("A"), "x", files=(file,))}


# Tables


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_in_any_charset(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "x.csv"
    text = '"Тема письма|Ключ"|Описание\n"Не печатает принтер|"|Строка первая\n'
    path.write_bytes(text.replace('"', "").replace("|", delimiter).encode(encoding))
    rows = [row for _, row in read_table(path)]
    assert [[one.lstrip("\ufeff") for one in row] for row in rows] == [
        ["Тема письма", "Ключ", "Описание"],
        ["Не печатает принтер", "", "Строка первая"],
    ]


def test_rows_know_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('a,b\n"one\ntwo",\0\n3,4')
    assert read_table(path) == [(1, ["a", "b"]), (2, ["one\ntwo", "\0"]), (4, ["3", "4"])]


def test_what_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n" + "x" * 2000)
    monkeypatch.setattr(tables, "_LONGEST_FIELD", 1000)
    with pytest.raises(TrackerError, match="the row of line 2 can't be read"):
        read_table(path)
    monkeypatch.setattr(tables, "LARGEST", 100)
    for read in (read_table, read_json):
        with pytest.raises(TrackerError, match="2,004 bytes; 100 are read at most"):
            read(path)
    with pytest.raises(TrackerError, match="can't be read: No such file"):
        read_table(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": 1, "a": 2}', "`a` stands twice"),
        ("[" * 100_000, "nested too deeply"),
        ("[NaN]", "NaN is no number"),
        ("[1", "Expecting"),
        ("9" * 5000, "digit"),
    ],
)
def test_wrong_json(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(TrackerError, match=reason):
        read_json(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TrackerError, match="no JSON that can be read"):
        read_json(path)


# Attachments


@pytest.mark.parametrize(
    "place",
    ["AB-1/7", "AB-1/7_a.txt", "AB/10000/AB-1/7", "7/a.txt", "7_a.txt", "7", "AB-1/a.txt", "a.txt"],
)
def test_where_attachments_lie(tmp_path: Path, place: str) -> None:
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"here")
    assert Folder(tmp_path, 4).contents(item(**with_file("a.txt"))) == {"k": b"here"}
    assert Folder(tmp_path, 3).contents(item(**with_file("a.txt"))) == {"k": "size"}
    assert Folder(None, 4).contents(item(**with_file("a.txt"))) == {"k": "missing"}


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("../secret", ""),
        ("secret", "../.."),
        ("link", ""),
        ("x", "folder"),
        ("/etc/hostname", ""),
        ("a\0b", ""),
        ("x" * 5000, ""),
        ("", ""),
        ("..", ".."),
    ],
)
def test_nothing_outside_the_folder_is_read(tmp_path: Path, name: str, number: str) -> None:
    (tmp_path / "secret").write_text("secret")
    root = tmp_path / "files"
    root.mkdir()
    (root / "link").symlink_to(tmp_path / "secret")
    (root / "folder").symlink_to(tmp_path)
    found = Folder(root, 99).contents(item(**with_file(name, number)))
    assert found == {"k": "missing"}
    assert Folder(root, 99).at("../secret") == "missing"


# Archives


def test_a_sentence_begins_no_mail(tmp_path: Path) -> None:
    path = tmp_path / "x.mbox"
    path.write_bytes(
        FROM
        + b"Subject: a\n\nFrom here on.\n\nFrom me to you, Mon\n>From x Mon\n>>From y\n\n"
        + FROM.replace(b"2021", b"+0300 2021")
        + b"Subject: b\r\n\r\nsecond\r\n\r\n"
    )
    one, two = in_mbox(path)
    body = b"From here on.\r\n\r\nFrom me to you, Mon\r\nFrom x Mon\r\n>From y\r\n"
    assert one.read() == b"Subject: a\r\n\r\n" + body
    assert two.read() == b"Subject: b\r\n\r\nsecond\r\n"
    assert (one.stored, two.stored) != (None, None)
    assert two.name == "x.mbox: mail 2"


def test_empty_and_wrong_archives(tmp_path: Path) -> None:
    path = tmp_path / "x.mbox"
    path.write_bytes(b"")
    assert list(in_mbox(path)) == []
    path.write_bytes(FROM)
    assert [one.read() for one in in_mbox(path)] == [b""]
    with pytest.raises(TrackerError, match="is not there"):
        list(in_mbox(tmp_path / "none"))


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (root / "sub" / "A.EML").write_bytes(b"Subject: a\n\nx")
    (root / "b.txt").write_bytes(b"Subject: b\n\nx")
    (root / "c.eml").symlink_to("/etc/hostname")
    (root / "loop").symlink_to(root)
    assert [one.name for one in in_folder(root)] == ["sub/A.EML"]
    assert [one.name for one in in_folder(root / "sub" / "A.EML")] == ["A.EML"]


# Files of ours


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "x"

    def write(content: bytes, *, replace: bool = False, fails: bool = False) -> None:
        with written(path, replace=replace) as out:
            out.write(content)
            if fails:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(b"half", fails=True)
    assert list(tmp_path.iterdir()) == []
    write(b"one")
    with pytest.raises(TrackerError, match="is there already"):
        write(b"two")
    write(b"three", replace=True)
    assert path.read_bytes() == b"three"
    (tmp_path / "x.part").symlink_to(tmp_path / "victim")
    with pytest.raises(TrackerError, match="can't be written"):
        write(b"four", replace=True)
    assert not (tmp_path / "victim").exists()


@pytest.mark.parametrize("path", ["../x", "/x", "a//b", "a/./b", ""])
def test_files_beside_stay_beside(tmp_path: Path, path: str) -> None:
    with pytest.raises(TrackerError, match="is no path"):
        FilesBeside(tmp_path / "x.json").write(path, b"x")
