"""Importing from Jira and GitHub into a real desk: whole, once, and without a letter."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.core.moving.jira_export import ANNA, as_csv, as_json, issues, store_files
from tests.desk.conftest import RealDesk
from tests.desk.helpers import REFUSES_POISON, hook
from tests.servers.github import NAME as REPOSITORY
from tests.servers.github import GitHubServer
from tracker.cli.main import main
from tracker.core.ticket import Ticket

pytestmark = pytest.mark.servers
USERS = "User id,User name,email\n712020:ivan,Иван Петров,ivan@example.org\n"


def run_import(desk: RealDesk, *arguments: str, status: int = 0) -> dict[str, Any]:
    done = desk.run("import", *arguments, "--json")
    assert done.returncode == status, done.stderr + done.stdout
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def head(desk: RealDesk) -> str:
    assert desk.remote is not None
    command = ["git", "-C", str(desk.remote), "rev-parse", "main"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def contents(desk: RealDesk, ticket: Ticket) -> list[bytes]:
    files = [file for entry in ticket.entries for file in entry.attachments]
    found = [(desk.root / file.path).read_bytes() for file in files]
    assert [len(one) for one in found] == [file.size for file in files]
    return found


def no_letter(desk: RealDesk) -> None:
    """Nothing is owed and nothing was sent, also at the next runs of the job."""
    for _ in range(2):
        ran = desk.sync()
        assert (ran["sent"], ran["failed"], ran["waiting"], ran["stamped"]) == (0, 0, 0, 0)
    assert desk.smtp.letters() == []
    assert json.loads(desk.run("outbox", "--json").stdout) == []


@pytest.mark.parametrize("count", [220, pytest.param(1_000, marks=pytest.mark.soak)])
def test_all_issues_arrive_whole_twice_and_silently(
    desk: RealDesk, tmp_path: Path, count: int
) -> None:
    made = issues(count)
    (tmp_path / "export.csv").write_text(as_csv(made), "utf-8")
    (tmp_path / "users.csv").write_text(USERS, "utf-8")
    store_files(made, tmp_path / "files")
    arguments = (
        *("jira", str(tmp_path / "export.csv"), "--attachments", str(tmp_path / "files")),
        *("--keep-numbers", "--comments", "public", "--users", str(tmp_path / "users.csv")),
        *("--timezone", "Europe/Moscow"),
    )

    first = run_import(desk, *arguments)
    assert (first["opened"], first["known"], first["left"]) == (count, 0, [])
    assert first["files"] == sum(len(one.files) for one in made) == count * 7 // 10
    assert first["commits"] == -(-count // 200)
    tickets = desk.tickets()
    assert len(tickets) == count
    for one in made:
        ticket = tickets[f"ACCREDO-{one.n}"]
        said = [entry for entry in ticket.entries if entry.kind == "message"]
        words = [one.description, *(text for _, _, text in one.comments)]
        assert [entry.text for entry in said] == words
        times = [one.created, *(at for at, _, _ in one.comments)]
        assert [entry.at for entry in said] == times
        assert Counter(contents(desk, ticket)) == Counter(file[4] for file in one.files)
        assert ticket.title == one.summary
        assert ticket.status == ("closed" if one.status[0] == "Done" else "open")
        assert (ticket.assignee, ticket.updated) == ("anna", one.updated)
        assert ticket.labels == ("кабинет", f"l{one.n % 7}")
        assert [entry.author.name for entry in said if entry.role == "agent"] == [ANNA[0]] * 2
        assert all(entry.silent == "imported" for entry in ticket.entries)
        note = next(entry for entry in ticket.entries if entry.kind == "note")
        assert f"участок {one.n}" in note.text
        links = {f"ACCREDO-{one.n - 1}"} if one.n % 10 == 0 else set()
        assert set(ticket.links) - {f"ACCREDO-{one.n + 1}"} == links
    assert tickets["ACCREDO-10"].requester.email == "ivan@example.org"

    before = head(desk)
    again = run_import(desk, *arguments)
    assert (again["opened"], again["commented"], again["known"]) == (0, 0, count)
    assert (again["commits"], again["files"], head(desk)) == (0, 0, before)
    assert desk.run("check").returncode == 0
    no_letter(desk)


def test_json_tells_internal_comments_and_addresses(desk: RealDesk, tmp_path: Path) -> None:
    made = issues(4)
    file = tmp_path / "search.json"
    file.write_text(json.dumps(as_json(made, total=9)), "utf-8")
    done = run_import(desk, "jira", str(file), status=3)
    assert done["numbers"] == {f"ABC-{n}": f"ACCREDO-{n}" for n in range(1, 5)}
    assert "4 of 9 issues" in done["notes"][0]
    reasons = [one["reason"] for one in done["left"]]
    assert reasons == [f"attachment `лист {n}.txt` was not found" for n in (2, 4)]
    ticket = desk.tickets()["ACCREDO-1"]
    kinds = [one.kind for one in ticket.entries if one.via == "import" and one.role == "agent"]
    assert kinds == ["message", "note"]
    assert ticket.requester.email == "olga@example.org"
    no_letter(desk)

    # The files come later: the next import brings them, and nothing else.
    store_files(made, tmp_path / "files")
    late = run_import(desk, "jira", str(file), "--attachments", str(tmp_path / "files"))
    assert (late["opened"], late["commented"], late["files"]) == (0, 2, 2)
    assert contents(desk, desk.tickets()["ACCREDO-2"]) == ["файл 2".encode()]
    again = run_import(desk, "jira", str(file), "--attachments", str(tmp_path / "files"))
    assert (again["commented"], again["known"], again["commits"]) == (0, 4, 0)
    no_letter(desk)


def test_what_was_said_since_is_added(desk: RealDesk, tmp_path: Path) -> None:
    made = issues(2)
    later = made[0].comments.pop()
    file = tmp_path / "search.json"
    file.write_text(json.dumps(as_json(made)), "utf-8")
    run_import(desk, "jira", str(file), status=3)
    desk.run("close", "1", "--as", "anna")
    sent = len(desk.smtp.letters())
    made[0].comments.append(later)
    file.write_text(json.dumps(as_json(made)), "utf-8")
    done = run_import(desk, "jira", str(file))
    assert (done["commented"], done["known"]) == (1, 1)
    ticket = desk.tickets()["ACCREDO-1"]
    assert ticket.entries[-1].text == later[2]
    assert ticket.status == "closed"
    assert len(desk.smtp.letters()) == sent


def test_a_dry_run_writes_nothing(desk: RealDesk, tmp_path: Path) -> None:
    made = issues(450)
    (tmp_path / "export.csv").write_text(as_csv(made), "utf-8")
    before = head(desk)
    done = run_import(desk, "jira", str(tmp_path / "export.csv"), "--dry-run", status=3)
    assert (done["opened"], done["commits"], done["dry_run"]) == (450, 0, True)
    assert len(done["left"]) == sum(len(one.files) for one in made)
    assert (head(desk), desk.tickets(), done["numbers"]) == (before, {}, {})


def test_a_half_import_goes_on(
    desk: RealDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = issues(30)
    (tmp_path / "export.csv").write_text(as_csv(made), "utf-8")
    store_files(made, tmp_path / "files")
    arguments = ("jira", str(tmp_path / "export.csv"), "--attachments", str(tmp_path / "files"))
    monkeypatch.setattr("tracker.desk.importing_items.BATCH", 10)

    @contextmanager
    def bar(what: str, *, shown: bool) -> Iterator[Any]:
        def step(done: int, total: int) -> None:
            if done == 20:  # somebody presses Ctrl-C
                raise KeyboardInterrupt

        yield step

    monkeypatch.setattr("tracker.cli.importing.progress_bar", bar)
    CliRunner().invoke(main, ["-C", str(desk.root), "import", *arguments])
    assert len(desk.tickets()) == 20
    done = run_import(desk, *arguments)
    assert (done["opened"], done["known"]) == (10, 20)
    assert len(desk.tickets()) == 30
    # The links of what came first were made by what came later.
    assert desk.tickets()["ACCREDO-20"].links == ("ACCREDO-19",)
    no_letter(desk)


def test_what_the_host_refuses_is_left_alone(desk: RealDesk, tmp_path: Path) -> None:
    made = issues(8)
    made[4].comments[0] = (*made[4].comments[0][:2], "POISON")
    (tmp_path / "search.json").write_text(json.dumps(as_json(made)), "utf-8")
    remove = hook(desk, REFUSES_POISON.format(words="no"))
    done = run_import(desk, "jira", str(tmp_path / "search.json"), status=3)
    assert done["opened"] == 7
    refused = [one for one in done["left"] if "refuses" in one["reason"]]
    assert [one["item"] for one in refused] == ["ABC-5"]
    remove()
    again = run_import(desk, "jira", str(tmp_path / "search.json"), status=3)
    assert (again["opened"], again["known"]) == (1, 7)


def test_it_is_taken_back_by_its_trailer(desk: RealDesk, tmp_path: Path) -> None:
    desk.run("new", "--as", "anna", "--from", "A", "--title", "Own", "--text", "x")
    made = issues(3)
    (tmp_path / "search.json").write_text(json.dumps(as_json(made)), "utf-8")
    done = run_import(desk, "jira", str(tmp_path / "search.json"), status=3)
    desk.run("new", "--as", "anna", "--from", "B", "--title", "Later", "--text", "x")
    found = desk.git("log", "--format=%H", f"--grep=^Import-Run: {done['run']}$").split()
    assert len(found) == 1
    desk.git("revert", "--no-edit", "-X", "ours", *found)
    desk.git("push", "-q", "origin", "main")
    assert set(desk.tickets()) == {"ACCREDO-1", "ACCREDO-5"}
    assert desk.run("check").returncode == 0
    back = run_import(desk, "jira", str(tmp_path / "search.json"), status=3)
    assert sorted(back["numbers"].values()) == ["ACCREDO-6", "ACCREDO-7", "ACCREDO-8"]


def test_issues_of_github(desk: RealDesk, tmp_path: Path) -> None:
    url = "https://github.com/acme/desk/issues"
    listed = [
        {
            "number": n,
            "title": f"Issue {n}",
            "body": "It *fails*.",
            "html_url": f"{url}/{n}",
            "user": {"login": "octocat"},
            "state": "closed" if n == 2 else "open",
            "created_at": "2025-03-01T10:00:00Z",
            "closed_at": "2025-03-02T10:00:00Z" if n == 2 else None,
            "labels": [{"name": "good first issue"}],
            "assignees": [{"login": "anna"}],
            "comments": 1,
        }
        for n in (1, 2, 7)
    ]
    listed.append(listed[0] | {"number": 9, "html_url": url, "pull_request": {"url": "x"}})
    comments = [
        {
            "id": 500 + n,
            "issue_url": f"https://api.github.com/repos/acme/desk/issues/{n}",
            "user": {"login": "anna"},
            "body": "Fixed.",
            "created_at": "2025-03-02T09:00:00Z",
        }
        for n in (1, 2, 7)
    ]
    (tmp_path / "issues.json").write_text(json.dumps(listed))
    (tmp_path / "comments.json").write_text(json.dumps(comments))
    paths = (str(tmp_path / "issues.json"), str(tmp_path / "comments.json"))
    done = run_import(desk, "github", *paths, "--keep-numbers", status=3)
    assert [one["reason"] for one in done["left"]] == ["is a pull request, no issue"]
    tickets = desk.tickets()
    assert set(tickets) == {"ACCREDO-1", "ACCREDO-2", "ACCREDO-7"}
    assert [one.text for one in tickets["ACCREDO-2"].entries if one.role == "agent"] == ["Fixed."]
    assert tickets["ACCREDO-2"].status == "closed"
    assert tickets["ACCREDO-7"].labels == ("good first issue",)
    again = run_import(desk, "github", *paths, "--keep-numbers", status=3)
    assert (again["opened"], again["commented"], again["commits"]) == (0, 0, 0)
    no_letter(desk)


def fill(github: GitHubServer) -> None:
    """Let a repository have two issues with what was said, and a pull request."""
    github.add_issue(
        "Принтер молчит",
        body="Он *молчит*.",
        created_at="2025-03-01T10:00:00Z",
        labels=[{"name": "bug"}, {"name": "good first issue"}],
        assignees=[{"login": "anna"}],
    )
    closed = {"state": "closed", "closed_at": "2025-03-05T12:00:00Z"}
    hubot = {"login": "hubot"}
    github.add_issue(
        "Пароль", body="Забыт.", created_at="2025-03-02T10:00:00Z", user=hubot, **closed
    )
    github.add_issue("Mend it", pull_request=True)
    at = "2025-03-0{}T09:30:00Z".format
    github.add_comment(1, "Какой?", user={"login": "anna"}, created_at=at(2))
    github.add_comment(2, "Сброшен.", user={"login": "mona"}, created_at=at(3))
    github.add_comment(3, "Looks good.", created_at=at(3))
    github.add_comment(1, "Второй.", created_at=at(4))


def moment(written: str) -> datetime:
    return datetime.fromisoformat(f"2025-03-{written}:00+00:00")


def check_filled(tickets: dict[str, Ticket]) -> None:
    """What ``fill`` made is here, by the same people at the same times, and silent."""
    assert set(tickets) == {"ACCREDO-1", "ACCREDO-2"}
    printer, password = tickets["ACCREDO-1"], tickets["ACCREDO-2"]
    said = [
        [
            (one.text, one.author.name, one.role, one.at)
            for one in ticket.entries
            if one.kind == "message"
        ]
        for ticket in (printer, password)
    ]
    assert said == [
        [
            ("Он *молчит*.", "octocat", "requester", moment("01T10:00")),
            ("Какой?", "anna", "agent", moment("02T09:30")),
            ("Второй.", "octocat", "requester", moment("04T09:30")),
        ],
        [
            ("Забыт.", "Хьюберт", "requester", moment("02T10:00")),
            ("Сброшен.", "mona", "agent", moment("03T09:30")),
        ],
    ]
    assert (printer.title, printer.status, printer.assignee) == ("Принтер молчит", "open", "anna")
    assert printer.labels == ("bug", "good first issue")
    assert (printer.requester.name, printer.created) == ("octocat", moment("01T10:00"))
    assert (password.title, password.status) == ("Пароль", "closed")
    assert password.requester.email == "hubot@example.org"
    (closing,) = [one for one in password.entries if one.event == "closed"]
    assert closing.at == moment("05T12:00")
    assert all(one.silent == "imported" for ticket in tickets.values() for one in ticket.entries)


def test_issues_come_all_the_way_from_github(
    desk: RealDesk, github: GitHubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(github)
    for name, value in github.environment().items():
        monkeypatch.setenv(name, value)
    file = str(tmp_path / "issues.json")
    people = ("--user", "hubot=Хьюберт <hubot@example.org>", "--staff", "mona")

    def move() -> dict[str, Any]:
        fetched = desk.run("github", "issues", file, "--repository", REPOSITORY)
        assert fetched.returncode == 0, fetched.stderr
        return run_import(desk, "github", file, "--keep-numbers", *people)

    first = move()
    assert (first["opened"], first["known"], first["left"]) == (2, 0, [])
    check_filled(desk.tickets())
    before = head(desk)
    again = move()
    assert (again["opened"], again["commented"], again["known"]) == (0, 0, 2)
    assert (again["commits"], head(desk)) == (0, before)
    no_letter(desk)

    github.add_comment(1, "Заработал.")
    later = move()
    assert (later["opened"], later["commented"], later["known"]) == (0, 1, 1)
    assert desk.tickets()["ACCREDO-1"].entries[-1].text == "Заработал."
    assert desk.run("check").returncode == 0
    no_letter(desk)
