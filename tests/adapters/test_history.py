"""What Git knows of lines and commits, from real repositories."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.adapters.conftest import Clone, git
from tracker.adapters.history import History, ShallowError, _place
from tracker.core.addresses import Address

SIGNATURE = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n"


def store(clone: Clone, raw: str, encoding: str = "utf-8") -> str:
    """Store a commit object as written."""
    command = ["git", "hash-object", "-t", "commit", "-w", "--literally", "--stdin"]
    done = subprocess.run(
        command, cwd=clone.root, input=raw.encode(encoding), capture_output=True, check=True
    )
    return done.stdout.decode().strip()


def history(clone: Clone) -> History:
    return History(clone.git, "main", clone.repository.remote)


def test_a_commit_is_read_as_it_is_stored(lone: Clone) -> None:
    tree = lone.git.run("rev-parse", "HEAD^{tree}").strip()
    raw = (
        f"tree {tree}\nauthor Анна <Anna@example.org> 1700000000 +0300\n"
        f"committer GitHub <noreply@github.com> 1700000001 +0000\n{SIGNATURE}\nТема\n\nТекст\n"
    )
    one = history(lone).commit(store(lone, raw))
    assert (one.author, one.committer.name) == (Address("Анна", "Anna@example.org"), "GitHub")
    assert one.authored == datetime.fromtimestamp(1700000000, UTC)
    assert str(one.authored.utcoffset()) == "3:00:00"
    assert (one.signed, one.by_host, one.rebased_by_host) == (True, True, False)
    assert (one.parents, one.message) == ((), "Тема\n\nТекст\n")
    unsigned = history(lone).commit(store(lone, raw.replace(SIGNATURE, "")))
    assert unsigned.rebased_by_host


@pytest.mark.parametrize(
    ("person", "author"),
    [
        ("<> 1 +0000", Address("", "")),
        ("A <a@b.org> 99999999999999 +0000", Address("A", "a@b.org")),
        ("A <a@b.org> 1 +9999", Address("A", "a@b.org")),
        ("nobody at all", Address("nobody at all", "")),
    ],
)
def test_odd_people_and_times(lone: Clone, person: str, author: Address) -> None:
    tree = lone.git.run("rev-parse", "HEAD^{tree}").strip()
    raw = f"tree {tree}\nauthor {person}\ncommitter A <a@b.org> 1 +0000\n\nx\n"
    one = history(lone).commit(store(lone, raw))
    assert one.author == author
    assert one.authored.tzinfo is not None


def test_an_old_encoding(lone: Clone) -> None:
    tree = lone.git.run("rev-parse", "HEAD^{tree}").strip()
    raw = (
        f"tree {tree}\nauthor Анна <a@b.org> 1 +0000\ncommitter A <a@b.org> 1 +0000\n"
        "encoding windows-1251\n\nТема\n"
    )
    one = history(lone).commit(store(lone, raw, "cp1251"))
    assert (one.author.name, one.message) == ("Анна", "Тема\n")


def test_lines_and_versions_of_a_file(lone: Clone) -> None:
    first = lone.save("b.txt", "1\n2\n3\n")
    lone.save("a.txt", "other\n")
    second = lone.save("b.txt", "1\n2\r\n3\nlast")
    past = history(lone)
    assert past.blame(second, "b.txt", 0, 3) == [first, second, first, second]
    assert past.blame(second, "b.txt", 1, 1) == [second]
    assert list(past.versions(second, "b.txt")) == [(second, (first,)), (first, ())]
    assert next(iter(past.versions(second, "b.txt"))) == (second, (first,))


def test_a_mail_map_and_ignored_revisions_change_nothing(lone: Clone) -> None:
    first = lone.save("b.txt", "1\n")
    second = lone.save("b.txt", "2\n")
    lone.save(".mailmap", "Anna <anna@example.org> <tester@example.org>\n")
    lone.save(".ignored", f"{second}\n")
    lone.git.run("config", "blame.ignoreRevsFile", ".ignored")
    past = history(lone)
    assert past.blame("HEAD", "b.txt", 0, 0) == [second]
    assert past.commit(first).author.email == "tester@example.org"


def test_commits_since_a_position(lone: Clone) -> None:
    first = lone.git.commit_of("HEAD")
    second, third = lone.save("b.txt", "1\n"), lone.save("b.txt", "2\n")
    past = history(lone)
    assert [one.id for one in past.since(first, third)] == [second, third]
    assert [one.id for one in past.since("", third)] == [first, second, third]
    assert past.since(third, third) == []


def test_a_patch_stays_the_same_wherever_it_is_put(lone: Clone) -> None:
    base = lone.git.commit_of("HEAD")
    one = lone.save("b.txt", "1\n")
    lone.git.run("commit", "--quiet", "--allow-empty", "-m", "Nothing")
    empty = lone.git.commit_of("HEAD")
    lone.git.run("checkout", "--quiet", "-b", "side", base)
    lone.save("c.txt", "1\n")
    lone.git.run("cherry-pick", "--allow-empty", one, empty)
    picked = lone.git.run("rev-list", "-2", "--reverse", "HEAD").split()
    past = history(lone)
    patches = past.patches(past.commits([base, one, empty, *picked]))
    assert patches[one] == patches[picked[0]]
    assert patches[empty] == patches[picked[1]]
    assert len(set(patches.values())) == 3


# The mainline


def test_what_came_in_by_a_merge_is_not_on_the_mainline(mine: Clone) -> None:
    base = mine.git.commit_of("HEAD")
    mine.git.run("checkout", "--quiet", "-b", "side")
    theirs = mine.save("b.txt", "1\n")
    mine.git.run("checkout", "--quiet", "main")
    ours = mine.save("c.txt", "1\n")
    mine.git.run("merge", "--quiet", "--no-ff", "side")
    tip = mine.save("d.txt", "1\n")
    past = history(mine)
    found = {one: past.on_mainline(one, tip) for one in (base, theirs, ours, tip)}
    assert found == {base: True, theirs: False, ours: True, tip: True}


def test_a_pull_of_the_branch_itself_has_two_mainlines(
    mine: Clone, theirs: Clone, tmp_path: Path
) -> None:
    other = theirs.save("b.txt", "1\n")
    theirs.git.run("push", "--quiet", "origin", "main")
    own = mine.save("c.txt", "1\n")
    mine.git.run("pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main")
    tip = mine.save("d.txt", "1\n")
    assert history(mine).on_mainline(other, tip)
    assert history(mine).on_mainline(own, tip)
    # The same from anywhere else is a merge like any other.
    git("clone", "-q", "--bare", str(theirs.root), "fork.git", cwd=tmp_path)
    stranger = theirs.save("e.txt", "1\n")
    theirs.git.run("push", "--quiet", str(tmp_path / "fork.git"), "main")
    mine.git.run("pull", "--quiet", "--no-rebase", "--no-edit", str(tmp_path / "fork.git"), "main")
    assert not history(mine).on_mainline(stranger, mine.git.commit_of("HEAD"))


@pytest.mark.parametrize("into", ["main", "work"])
def test_merging_the_branch_into_own_work_keeps_both(mine: Clone, theirs: Clone, into: str) -> None:
    other = theirs.save("b.txt", "1\n")
    theirs.git.run("push", "--quiet", "origin", "main")
    mine.git.run("checkout", "--quiet", "-B", into)
    own = mine.save("c.txt", "1\n")
    mine.git.run("fetch", "--quiet", "origin")
    mine.git.run("merge", "--quiet", "--no-edit", "origin/main")
    tip = mine.git.commit_of("HEAD")
    assert history(mine).on_mainline(other, tip)
    assert history(mine).on_mainline(own, tip)


def test_the_files_that_commits_touch(mine: Clone) -> None:
    mine.git.run("checkout", "--quiet", "-b", "side")
    one = mine.save("tickets/Ж.md", "1\n")
    mine.save("other.md", "1\n")
    mine.git.run("checkout", "--quiet", "main")
    two = mine.save("tickets/b.md", "1\n")
    mine.git.run("merge", "--quiet", "--no-ff", "--no-commit", "side")
    three = mine.save("tickets/evil.md", "1\n")
    past = history(mine)
    found = past.touching(past.since("", mine.git.commit_of("HEAD")), "tickets")
    expected = {one: ["tickets/Ж.md"], two: ["tickets/b.md"], three: ["tickets/evil.md"]}
    assert found == expected
    assert past.touching(past.commits([one]), "docs") == {}


def test_a_host_s_merge_may_bear_any_title(mine: Clone, bare: Path) -> None:
    mine.git.run("checkout", "--quiet", "-b", "side")
    theirs = mine.save("b.txt", "1\n")
    mine.git.run("checkout", "--quiet", "main")
    mine.save("c.txt", "1\n")
    title = f"Merge branch 'main' of {bare}"
    host = {**os.environ, "GIT_COMMITTER_EMAIL": "noreply@github.com"}
    command = ["git", "merge", "--quiet", "--no-ff", "-m", title, "side"]
    subprocess.run(command, cwd=mine.root, env=host, check=True)
    assert not history(mine).on_mainline(theirs, mine.git.commit_of("HEAD"))


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/us/Desk.git",
        "https://token@github.com/us/desk",
        "git@github.com:us/desk.git",
        "ssh://git@github.com/us/desk.git/",
        "github.com:us/desk",
        "https://github.com/us/desk\n",
    ],
)
def test_one_place_however_it_is_written(url: str) -> None:
    assert _place(url) == "github.com/us/desk"


# Clones that lack something


def test_a_shallow_clone_says_how_to_mend_it(mine: Clone, bare: Path, tmp_path: Path) -> None:
    mine.save("b.txt", "1\n")
    mine.git.run("push", "--quiet", "origin", "main")
    history(mine).need_whole()
    git("clone", "-q", "--depth=1", f"file://{bare}", "shallow", cwd=tmp_path)
    with pytest.raises(ShallowError, match="newest commits only") as caught:
        history(Clone(tmp_path / "shallow")).need_whole()
    assert "git fetch --unshallow" in caught.value.hint


def test_a_clone_without_old_files_will_do(mine: Clone, bare: Path, tmp_path: Path) -> None:
    first = mine.save("b.txt", "1\n2\n")
    second = mine.save("b.txt", "1\n3\n")
    mine.git.run("push", "--quiet", "origin", "main")
    git("config", "uploadpack.allowFilter", "true", cwd=bare)
    git("clone", "-q", "--filter=blob:none", f"file://{bare}", "partial", cwd=tmp_path)
    past = history(Clone(tmp_path / "partial"))
    past.need_whole()
    assert past.blame(second, "b.txt", 0, 1) == [first, second]
    assert past.sizes(second, ["b.txt", "none.txt"]) == {"b.txt": 4}
    assert len(past.patches(past.commits([first, second]))) == 2


# What was touched


def test_what_commits_since_a_base_touch(mine: Clone) -> None:
    base = mine.git.commit_of("HEAD")
    mine.save("tickets/a.md", "1\n")
    mine.save("tickets/Ж.md", "1\n")
    mine.git.run("rm", "--quiet", "tickets/a.md")
    mine.save("other.md", "1\n")
    assert history(mine).touched(base, "tickets/") == ["tickets/a.md", "tickets/Ж.md"]
    assert history(mine).touched("HEAD", "tickets/") == []
    mine.git.run("checkout", "--quiet", "-b", "side", base)
    mine.git.run("merge", "--quiet", "--no-ff", "--no-commit", "main")
    (mine.root / "tickets" / "evil.md").write_text("1\n")
    mine.save("x", "x")
    assert "tickets/evil.md" in history(mine).touched("main", "tickets/")
