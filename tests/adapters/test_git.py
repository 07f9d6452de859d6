"""Git itself: any file name, any bytes, its own words when it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.adapters.conftest import DESK, NOW, Clone
from tracker.adapters.commits import Change, make_commit
from tracker.adapters.git import EMPTY_TREE, Git, GitError, failure
from tracker.core.addresses import Address

NAMES = [
    'quote".txt',
    "back\\slash.txt",
    "Акт № 1.pdf",
    "new\nline.txt",
    "tab\there",
    " leading and trailing ",
    "сн'имок (1).png",
    "-dash",
    "é" * 60,
]


def test_any_name_and_any_bytes_come_back(lone: Clone) -> None:
    files = {f"tickets/{name}": bytes(range(256)) + name.encode() for name in NAMES}
    commit = lone.make(dict(files))
    git = lone.git
    assert {path: git.read_file(commit, path) for path in files} == files
    assert sorted(git.list_names(commit, "tickets")) == sorted(NAMES)
    listed = list(git.list_files(commit, "tickets"))
    assert sorted(one.path for one in listed) == sorted(files)
    contents = dict(git.read_many(one.oid for one in listed))
    assert {one.path: contents[one.oid] for one in listed} == files
    changed = dict(git.changed_files(EMPTY_TREE, commit, "tickets"))
    assert changed == {one.path: one.oid for one in listed}


def test_a_commit_touches_neither_work_tree_nor_branch(lone: Clone) -> None:
    before = lone.git.commit_of("HEAD")
    (lone.root / "a.txt").write_text("unsaved\n")
    (lone.root / "b.txt").write_text("untracked\n")
    status = lone.git.run("status", "--porcelain")
    commit = lone.make({"a.txt": b"desk\n", "b.txt": b"desk\n"})
    assert lone.git.commit_of("HEAD") == before
    assert (lone.root / "a.txt").read_text() == "unsaved\n"
    assert (lone.root / "b.txt").read_text() == "untracked\n"
    assert lone.git.run("status", "--porcelain") == status
    assert lone.git.read_file(commit, "a.txt") == b"desk\n"
    assert lone.git.run("rev-parse", f"{commit}^").strip() == before


def test_deleting_also_what_is_not_there(lone: Clone) -> None:
    commit = lone.make({"a.txt": None, "nowhere": None})
    assert lone.git.list_names(commit, ".") == []
    assert list(lone.git.changed_files("HEAD", commit)) == [("a.txt", None)]


def test_the_first_commit_of_all(tmp_path: Path) -> None:
    Git(tmp_path).run("init", "-q", "-b", "main")
    commit = make_commit(Git(tmp_path), "", Change({"a": b"1"}, "First"), DESK, NOW)
    assert Git(tmp_path).read_file(commit, "a") == b"1"


@pytest.mark.parametrize(
    "author",
    [
        Address("", "a@b.org"),
        Address("Анна <x>", "a@b.org"),
        Address("Анна", ""),
        Address("a\nb", "a b\n@c.org"),
    ],
)
def test_any_author_makes_a_sound_commit(lone: Clone, author: Address) -> None:
    change = Change({"x": b"x"}, "Тема\n\nподробности")
    commit = make_commit(lone.git, lone.repository.newest(), change, author, NOW)
    lone.git.run("fsck", "--strict")
    assert lone.git.run("log", "-1", "--format=%s|%at", commit).strip() == "Тема|1795428000"


def test_what_is_not_there(lone: Clone) -> None:
    git = lone.git
    assert git.commit_of("nothing") == ""
    assert git.read_file("HEAD", "nothing") is None
    assert git.list_names("HEAD", "nothing") == []
    with pytest.raises(GitError, match="has no object"):
        list(git.read_many(["0" * 40]))


def test_many_objects_are_read_in_the_order_asked(lone: Clone) -> None:
    commit = lone.make({f"t/{n}": f"{n}\n".encode() * 3000 for n in range(700)})
    files = list(lone.git.list_files(commit, "t"))
    asked = [one.oid for one in files] * 2
    got = list(lone.git.read_many(asked))
    assert [oid for oid, _ in got] == asked
    assert dict(got)[files[0].oid] == b"0\n" * 3000


def test_git_s_own_words_and_a_mend() -> None:
    error = failure("push", 128, "remote: x\nfatal: unable to write: No space left on device\n")
    assert error.message == "git push: unable to write: No space left on device"
    assert "disk is full" in error.hint
    assert failure("push", 5, "").message == "git push: exit status 5"
    host = "fatal: unable to access 'https://x/': Could not resolve host: x"
    assert "No network" in failure("fetch", 128, host).hint


def test_outside_a_repository(tmp_path: Path) -> None:
    with pytest.raises(GitError) as caught:
        Git(tmp_path).run("log")
    assert "tracker -C DIR" in caught.value.hint
