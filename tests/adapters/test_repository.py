"""The newest commit in every constellation, publishing, and a work tree that follows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.adapters.conftest import Clone, git
from tracker.adapters.git import GitError
from tracker.adapters.repository import SEEN, TIP


def hook(bare: Path, script: str) -> Path:
    file = bare / "hooks" / "pre-receive"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return file


# newest


def test_the_same_on_both_sides(mine: Clone) -> None:
    assert mine.repository.newest() == mine.git.commit_of("HEAD")


def test_before_the_first_commit(tmp_path: Path) -> None:
    git("init", "-q", "-b", "main", str(tmp_path), cwd=tmp_path)
    repository = Clone(tmp_path).repository
    repository.fetch()
    assert repository.newest() == ""
    assert repository.follow() == ""


def test_local_commits_on_top_of_the_remote_s_count(mine: Clone) -> None:
    ahead = mine.save("b.txt", "b")
    assert mine.repository.newest() == ahead


def test_the_remote_ahead(mine: Clone, theirs: Clone) -> None:
    pushed = theirs.save("b.txt", "b")
    theirs.git.run("push", "-q")
    assert mine.repository.newest() != pushed
    mine.repository.fetch()
    assert mine.repository.newest() == pushed


def test_diverged_the_remote_counts(mine: Clone, theirs: Clone) -> None:
    pushed = theirs.save("b.txt", "b")
    theirs.git.run("push", "-q")
    mine.save("c.txt", "c")
    mine.repository.fetch()
    assert mine.repository.newest() == pushed
    assert "git pull --rebase" in mine.repository.follow()


def test_without_a_remote_the_work_tree_may_lag(lone: Clone) -> None:
    (lone.root / "a.txt").write_text("unsaved\n")
    made = lone.make({"a.txt": b"desk\n"})
    assert lone.repository.publish(made).outcome == "done"
    assert lone.repository.newest() == made
    assert "a.txt" in lone.repository.follow()
    assert lone.git.commit_of("HEAD") != made
    assert lone.repository.newest() == made


def test_without_a_remote_a_person_s_commit_on_top_counts(lone: Clone) -> None:
    lone.repository.publish(lone.make({"t": b"1"}))
    assert lone.repository.follow() == ""
    ahead = lone.save("b.txt", "b")
    assert lone.repository.newest() == ahead


def test_without_a_remote_both_sides_are_joined(lone: Clone) -> None:
    made = lone.make({"t": b"1"})
    lone.repository.publish(made)
    own = lone.save("b.txt", "b")
    joined = lone.repository.newest()
    assert lone.git.is_ancestor(made, joined)
    assert lone.git.is_ancestor(own, joined)
    assert lone.git.read_file(joined, "b.txt") == b"b"
    assert lone.repository.follow() == ""
    assert (lone.root / "t").read_text() == "1"


def test_without_a_remote_the_same_lines_are_a_person_s_to_join(lone: Clone) -> None:
    lone.repository.publish(lone.make({"a.txt": b"desk\n"}))
    lone.save("a.txt", "person\n")
    with pytest.raises(GitError, match="merge by themselves") as caught:
        lone.repository.newest()
    assert f"git merge {TIP}" in caught.value.hint
    assert (lone.root / "a.txt").read_text() == "person\n"


# fetch and recover


def test_a_rewritten_remote_stops_until_recover(mine: Clone, theirs: Clone) -> None:
    theirs.git.run("commit", "-q", "--amend", "-m", "Rewritten")
    theirs.git.run("push", "-q", "--force")
    seen = mine.git.commit_of(SEEN)
    for _ in range(2):
        with pytest.raises(GitError, match="history was rewritten"):
            mine.repository.fetch()
        assert mine.git.commit_of(SEEN) == seen
    assert mine.repository.recover() == theirs.git.commit_of("HEAD")
    mine.repository.fetch()


def test_a_branch_deleted_at_the_remote_stops_too(mine: Clone, bare: Path) -> None:
    git("update-ref", "-d", "refs/heads/main", cwd=bare)
    with pytest.raises(GitError, match="history was rewritten"):
        mine.repository.fetch()


def test_an_empty_remote_is_no_fault(lone: Clone, tmp_path: Path) -> None:
    git("init", "-q", "--bare", "-b", "main", "empty.git", cwd=tmp_path)
    lone.git.run("remote", "add", "origin", str(tmp_path / "empty.git"))
    lone.repository.fetch()
    made = lone.make({"t": b"1"})
    assert lone.repository.publish(made).outcome == "done"
    lone.repository.fetch()
    assert lone.repository.newest() == made


def test_the_branch_may_follow_another_remote(mine: Clone, bare: Path) -> None:
    mine.git.run("remote", "rename", "origin", "upstream")
    assert mine.repository.remote == "upstream"
    mine.git.run("remote", "remove", "upstream")
    assert mine.repository.remote == ""


# publish


def test_published(mine: Clone, theirs: Clone) -> None:
    made = mine.make({"t": b"1"})
    assert mine.repository.publish(made).outcome == "done"
    assert mine.repository.newest() == made
    theirs.repository.fetch()
    assert theirs.repository.newest() == made


def test_lost_to_somebody_who_was_faster(mine: Clone, theirs: Clone, bare: Path) -> None:
    made = mine.make({"t": b"mine"})
    first = theirs.make({"t": b"theirs"})
    assert theirs.repository.publish(first).outcome == "done"
    assert mine.repository.publish(made).outcome == "lost"
    assert git("rev-parse", "main", cwd=bare).strip() == first


def test_refused_by_a_hook_in_its_own_words(mine: Clone, bare: Path) -> None:
    before = git("rev-parse", "main", cwd=bare)
    hook(bare, "echo 'GH009: a secret was found' >&2; echo 'in tickets/x' >&2; exit 1")
    pushed = mine.repository.publish(mine.make({"t": b"1"}))
    assert pushed.outcome == "refused"
    assert pushed.reason.startswith("GH009: a secret was found; in tickets/x")
    assert git("rev-parse", "main", cwd=bare) == before
    assert mine.repository.newest() == before.strip()


def test_a_hook_that_talks_of_fetching_first_is_no_lost_race(mine: Clone, bare: Path) -> None:
    hook(bare, "echo 'please fetch first' >&2; exit 1")
    assert mine.repository.publish(mine.make({"t": b"1"})).outcome == "refused"


def test_a_remote_that_takes_no_pushes_at_all(mine: Clone, bare: Path) -> None:
    git("config", "receive.denyUpdates", "true", cwd=bare)
    hook(bare, "exit 1")
    assert mine.repository.publish(mine.make({"t": b"1"})).outcome == "refused"


def test_a_remote_that_can_not_be_reached(mine: Clone, bare: Path) -> None:
    bare.rename(bare.with_name("away.git"))
    with pytest.raises(GitError) as caught:
        mine.repository.publish(mine.make({"t": b"1"}))
    assert "git remote -v" in caught.value.hint


# follow


def test_the_work_tree_follows(mine: Clone) -> None:
    made = mine.make({"t/x": b"1", "a.txt": None})
    mine.repository.publish(made)
    assert mine.repository.follow() == ""
    assert (mine.root / "t/x").read_text() == "1"
    assert not (mine.root / "a.txt").exists()
    assert mine.git.run("status", "--porcelain") == ""


def test_unsaved_and_untracked_files_are_left_alone(mine: Clone) -> None:
    (mine.root / "a.txt").write_text("unsaved\n")
    mine.repository.publish(mine.make({"a.txt": b"desk\n"}))
    assert "a.txt" in mine.repository.follow()
    assert (mine.root / "a.txt").read_text() == "unsaved\n"
    mine.git.run("checkout", "-q", "--", "a.txt")
    (mine.root / "new.txt").write_text("mine\n")
    mine.repository.publish(mine.make({"new.txt": b"desk\n"}))
    assert "new.txt" in mine.repository.follow()
    assert (mine.root / "new.txt").read_text() == "mine\n"


def test_unsaved_edits_elsewhere_do_not_hold_it_back(mine: Clone) -> None:
    (mine.root / "a.txt").write_text("unsaved\n")
    mine.repository.publish(mine.make({"t": b"1"}))
    assert mine.repository.follow() == ""
    assert (mine.root / "a.txt").read_text() == "unsaved\n"
    assert (mine.root / "t").exists()


def test_another_branch_checked_out_stays(mine: Clone) -> None:
    mine.git.run("checkout", "-q", "-b", "work")
    made = mine.make({"t": b"1"})
    mine.repository.publish(made)
    assert mine.repository.follow() == ""
    assert not (mine.root / "t").exists()
    assert mine.git.commit_of("refs/heads/main") == made
