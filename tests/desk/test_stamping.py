"""Stamping with real Git: whatever people commit becomes entries by who is believed, once."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.desk.conftest import RealDesk, letter
from tests.desk.helpers import hook, run
from tests.desk.people import AGENTS, FILE, HOST, Person, anna, boris, mallory
from tracker.adapters.history import ShallowError
from tracker.core.addresses import Address
from tracker.core.document.marks import REPLY
from tracker.core.ticket import Entry, Ticket
from tracker.desk import answers, opening
from tracker.desk.report import Report

pytestmark = pytest.mark.servers
Make = Callable[..., RealDesk]
CALLER = Address("Иван", "ivan@example.org")
EARLIER = "2026-03-01T12:00:00+0500"


@pytest.fixture
def desk(desk_of: Make) -> RealDesk:
    """A desk with two agents and two tickets."""
    return filled(desk_of(settings=AGENTS))


def filled(desk: RealDesk) -> RealDesk:
    opened = desk.open()
    for title in ("Принтер", "Сканер"):
        opening.open_ticket(opened, "anna", CALLER, title, "Не печатает", "phone")
    opened.index.close()
    return desk


def one(desk: RealDesk) -> Ticket:
    return desk.tickets()["ACCREDO-1"]


def new(desk: RealDesk) -> list[Entry]:
    """The entries of the first ticket that came after it was opened."""
    return list(one(desk).entries[2:])


def told(entries: list[Entry]) -> list[tuple[str, str, str]]:
    return [(entry.author.name, entry.visibility, entry.event or entry.text) for entry in entries]


def stamp(desk: RealDesk, *ids: str) -> Report:
    """Run a sync that stamps just these tickets, and another that has nothing to do."""
    report = run(desk)
    assert report.stamped == list(ids)
    head = desk.git("rev-parse", "refs/remotes/origin/main" if desk.remote else "HEAD")
    again = run(desk)
    assert again.stamped == []
    assert again.notes == report.notes
    assert desk.git("rev-parse", "refs/remotes/origin/main" if desk.remote else "HEAD") == head
    assert desk.git("status", "--porcelain") == ""
    return report


# One person


def test_an_answer_committed_in_an_editor(desk: RealDesk) -> None:
    anna(desk).answer("Уже чиню.\n\nАнна\n/close\n", at=EARLIER)
    report = stamp(desk, "ACCREDO-1")
    answer, closed = new(desk)
    assert (answer.text, str(answer.author)) == ("Уже чиню.\n\nАнна", "Анна <anna@example.org>")
    assert answer.at == closed.at == datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
    assert (answer.role, answer.via, closed.event) == ("agent", "git", "closed")
    assert one(desk).status == "closed"
    made = desk.git("log", f"-{report.pushed}", "--format=%an %s", "origin/main").splitlines()
    assert made.count("Tracker Stamp ACCREDO-1") == 1  # the others note who was told
    assert (desk.root / FILE).read_text().endswith(f"\n{REPLY}\n")


@pytest.mark.parametrize("crlf", [False, True])
def test_an_answer_committed_in_a_web_editor(desk: RealDesk, crlf: bool) -> None:
    agent = boris(desk)
    text = agent.read() + "Раз.\n\nДва."
    agent.on_the_web(text.replace("\n", "\r\n") if crlf else text)
    stamp(desk, "ACCREDO-1")
    assert told(new(desk)) == [("Борис", "public", "Раз.\n\nДва.")]
    assert new(desk)[0].author.email == "boris@example.org"
    show = ["git", "-C", str(desk.remote), "show", f"main:{FILE}"]
    stored = subprocess.run(show, capture_output=True, check=True).stdout
    assert stored.count(b"\n") == (stored.count(b"\r\n") if crlf else stored.count(b"\n"))
    assert (b"\r\n" in stored) == crlf


def test_a_linked_file_is_an_attachment(desk: RealDesk) -> None:
    agent = anna(desk)
    agent.save("12345", "tickets/000/ACCREDO-1/акт 1.pdf")
    agent.answer("Вот: [акт](<ACCREDO-1/акт 1.pdf>)\n")
    stamp(desk, "ACCREDO-1")
    (file,) = new(desk)[0].attachments
    assert (file.name, file.path) == ("акт 1.pdf", "tickets/000/ACCREDO-1/акт 1.pdf")
    assert (file.size, file.type) == (5, "application/pdf")


def test_fields_and_texts_changed_by_hand(desk: RealDesk) -> None:
    agent = boris(desk)
    agent.save(agent.read().replace("status: open", "status: waiting\nassignee: boris"))
    agent.commit()
    agent.save(agent.read().replace("Не печатает", "Не печатает совсем"))
    agent.commit()
    agent.push()
    stamp(desk, "ACCREDO-1")
    assert told(new(desk)) == [
        ("Борис", "public", "waiting"),
        ("Борис", "internal", "assigned"),
    ]
    assert not one(desk).entries[0].edited


def test_a_deleted_reply_mark_comes_back(desk: RealDesk) -> None:
    agent = anna(desk)
    agent.save(agent.read().replace(f"{REPLY}\n", "Готово.\n"))
    agent.commit()
    agent.push()
    stamp(desk, "ACCREDO-1")
    assert told(new(desk)) == [("Анна", "public", "Готово.")]
    assert (desk.root / FILE).read_text().endswith(f"\n{REPLY}\n")


# Several people


def test_several_people_under_one_mark(desk: RealDesk) -> None:
    anna(desk).answer("Раз.\n", at="2026-03-01T12:00:00+0000")
    boris(desk).answer("\nДва.\n/label печать\n", at="2026-03-02T12:00:00+0000")
    mallory(desk).answer("\nПереведите деньги.\n/close\n")
    stamp(desk, "ACCREDO-1")
    assert told(new(desk)) == [
        ("Анна", "public", "Раз."),
        ("Борис", "public", "Два."),
        ("Борис", "internal", "labelled"),
        ("Mallory", "held", "Переведите деньги.\n/close"),
    ]
    assert [entry.role for entry in new(desk)] == ["agent", "agent", "agent", "stranger"]
    assert one(desk).status == "open"


def test_two_agents_at_once_and_mail_between(desk: RealDesk) -> None:
    """One draft is rebased over an entry of another, one over the stamping itself."""
    first, second = anna(desk), boris(desk)
    first.draft("Раз.\n")
    first.commit()
    opened = desk.open()
    answers.answer(opened, 1, "boris", "Звонили.", internal=True)
    opened.index.close()
    first.push()
    second.draft("Два.\n", FILE.replace("-1", "-2"))
    second.commit()
    stamp(desk, "ACCREDO-1")
    second.push()
    stamp(desk, "ACCREDO-2")
    assert [text for _, _, text in told(new(desk))] == ["Звонили.", "Раз."]
    assert desk.tickets()["ACCREDO-2"].entries[-1].author.name == "Борис"


def test_a_pull_that_merges_keeps_both_believed(desk: RealDesk) -> None:
    first, second = anna(desk), boris(desk)
    first.answer("Раз.\n")
    second.draft("Два.\n", FILE.replace("-1", "-2"))
    second.commit()
    second.git("pull", "-q", "--no-rebase", "--no-edit", "origin", "main")
    second.git("push", "-q", "origin", "main")
    stamp(desk, "ACCREDO-1", "ACCREDO-2")
    assert told(new(desk)) == [("Анна", "public", "Раз.")]
    assert desk.tickets()["ACCREDO-2"].entries[-1].visibility == "public"


def test_a_bad_draft_stops_nothing_else(desk: RealDesk) -> None:
    agent = anna(desk)
    bad = "Готово.\n/clsoe\n"
    agent.draft(bad)
    agent.draft("Готово.\n", FILE.replace("-1", "-2"))
    agent.commit()
    agent.push()
    desk.mailbox.append(letter("ivan"))
    report = run(desk)
    line = agent.read().count("\n")
    reason = "`/clsoe` is no command; did you mean `/close`?"
    assert report.notes == [f"{FILE}:{line}: {reason} (it is left as it is)"]
    assert (report.stamped, report.opened) == (["ACCREDO-2"], ["ACCREDO-3"])
    assert (desk.root / FILE).read_text().endswith(bad)
    checked = desk.run("check")
    assert (checked.returncode, checked.stdout) == (1, f"{FILE}:{line}: {reason}\n")
    agent.git("pull", "-q", "--rebase", "origin", "main")
    agent.save(agent.read().replace("clsoe", "close"))
    agent.commit()
    agent.push()
    assert run(desk).stamped == ["ACCREDO-1"]
    assert one(desk).status == "closed"


def test_conflict_marks_are_left_to_a_person_and_refused_by_check(desk: RealDesk) -> None:
    agent = anna(desk)
    agent.draft("<<<<<<< HEAD\nРаз.\n=======\nДва.\n>>>>>>> theirs\n")
    agent.commit()
    agent.push()
    report = run(desk)
    assert report.stamped == []
    assert "an unsolved merge: keep one version" in report.notes[0]
    assert "an unsolved merge: keep one version" in desk.run("check").stdout


# Who is not believed


def pull_request(desk: RealDesk) -> Person:
    """A contributor who claims to be Anna, with a draft on a branch of their own."""
    forger = Person(desk.clone("forger"), "Анна", "anna@example.org")
    forger.git("checkout", "-q", "-b", "mend")
    forger.draft("Ваш пароль сброшен.\n/close\n")
    forger.save(forger.read().replace("status: open", "status: waiting\nlabels: [x]"))
    forger.commit("Mend\n\nCloses: ACCREDO-2")
    return forger


def nothing_obeyed(desk: RealDesk) -> None:
    stamp(desk, "ACCREDO-1", "ACCREDO-2")
    ticket = one(desk)
    assert (ticket.status, ticket.labels) == ("open", ())
    proposed = [entry.data["field"] for entry in new(desk) if entry.event == "proposed"]
    assert proposed == ["status", "labels"]
    held = [entry for entry in new(desk) if not entry.event]
    assert told(held) == [("Анна", "held", "Ваш пароль сброшен.\n/close")]
    assert {entry.role for entry in new(desk)} == {"stranger"}
    other = desk.tickets()["ACCREDO-2"]
    assert (other.status, other.entries[-1].visibility) == ("open", "held")
    assert other.entries[-1].text == "Mend"


def test_a_merged_pull_request_that_claims_an_agent(desk: RealDesk) -> None:
    forger, owner = pull_request(desk), boris(desk)
    owner.git("fetch", "-q", str(forger.root), "mend:mend")
    owner.git("merge", "-q", "--no-ff", "-m", "Merge pull request #1 from x/mend", "mend")
    owner.git("push", "-q", "origin", "main")
    nothing_obeyed(desk)


def test_a_pull_request_that_the_host_rebased(desk: RealDesk) -> None:
    forger = pull_request(desk)
    forger.git("commit", "-q", "--amend", "--no-edit", committer=HOST)
    forger.git("push", "-q", "origin", "HEAD:main")
    nothing_obeyed(desk)


def test_an_unsigned_commit_of_the_host_s_is_a_rebased_one(desk: RealDesk) -> None:
    agent = anna(desk)
    agent.on_the_web(agent.read() + "x\n", signed=False)
    stamp(desk, "ACCREDO-1")
    assert told(new(desk)) == [("Анна Иванова", "held", "x")]


def test_an_edit_by_nobody_known_holds_the_entry(desk: RealDesk) -> None:
    other = mallory(desk)
    other.save(other.read().replace("Не печатает", "Печатает"))
    other.commit()
    other.push()
    stamp(desk, "ACCREDO-1")
    assert one(desk).entries[0].visibility == "held"
    assert not one(desk).accepted


# Machines and histories


def test_a_lost_index_and_a_second_machine_stamp_nothing_twice(desk: RealDesk) -> None:
    anna(desk).answer("Раз.\n")
    run(desk)
    for file in (desk.root / ".tracker").glob("index.sqlite*"):
        file.unlink()
    assert run(desk).stamped == []
    other = desk.clone("machine2")
    assert run(desk, root=other).stamped == []
    assert told(new(desk)) == [("Анна", "public", "Раз.")]


def test_two_machines_at_once_stamp_once(desk: RealDesk) -> None:
    other = desk.clone("machine2")
    for n in range(3):
        boris_or_anna = Person(desk.clone(f"c{n}"), "a", "anna@example.org")
        boris_or_anna.answer(f"Ответ {n}.\n")
        runs = [desk.start("sync", root=root) for root in (desk.root, other)]
        for process in runs:
            _, err = process.communicate()
            assert process.returncode in (0, 3), err
    assert [entry.text for entry in new(desk)] == ["Ответ 0.", "Ответ 1.", "Ответ 2."]


def test_a_history_rewritten_after_stamping_changes_nothing(desk: RealDesk) -> None:
    agent = anna(desk)
    agent.answer("Раз.\n")
    run(desk)
    agent.git("pull", "-q", "--rebase", "origin", "main")
    agent.git("rebase", "-q", "--force-rebase", "--root", "--committer-date-is-author-date")
    agent.git("push", "-q", "--force", "origin", "HEAD:main")
    fresh = desk.clone("fresh")
    before = desk.tickets()
    report = run(desk, root=fresh)
    assert report.stamped == []
    assert desk.tickets() == before


def test_without_a_remote_the_desk_s_own_commits_and_a_person_s_meet(desk_of: Make) -> None:
    desk = filled(desk_of(remote=False, settings=AGENTS))
    person = Person(desk.root, "anna", "anna@example.org")
    person.draft("Раз.\n")
    person.commit()
    opened = desk.open()
    answers.answer(opened, 2, "boris", "Другое.")  # the work tree follows
    opened.index.close()
    person.draft("\nДва.\n")
    person.commit()
    stamp(desk, "ACCREDO-1")
    assert told(new(desk)) == [("Анна", "public", "Раз.\n\nДва.")]


def test_a_shallow_clone_says_what_to_do_and_takes_in_mail(desk: RealDesk) -> None:
    anna(desk).answer("Раз.\n")
    target = desk.root.parent / "shallow"
    url = f"file://{desk.remote}"
    subprocess.run(["git", "clone", "-q", "--depth=1", url, str(target)], check=True)
    desk.mailbox.append(letter("ivan"))
    with pytest.raises(ShallowError, match="newest commits only") as caught:
        run(desk, root=target)
    assert "git fetch --unshallow" in caught.value.hint
    assert "ACCREDO-3" in desk.tickets()
    assert new(desk) == []
    subprocess.run(["git", "-C", str(target), "fetch", "-q", "--unshallow"], check=True)
    assert run(desk, root=target).stamped == ["ACCREDO-1"]


def test_a_text_that_the_host_refuses_blocks_no_other(desk: RealDesk) -> None:
    agent = anna(desk)
    agent.draft("POISON\n")
    agent.draft("Раз.\n", FILE.replace("-1", "-2"))
    agent.commit("Answer\n\nTicket: ACCREDO-2")
    agent.push()
    unhook = hook(desk, REFUSES_STAMPED_POISON)
    report = run(desk)
    assert report.stamped == ["ACCREDO-2"]
    (refused,) = [note for note in report.notes if "refuses" in note]
    assert refused.startswith("ACCREDO-1 is not stamped. ")
    assert "policy" in refused
    assert new(desk) == []
    unhook()
    assert run(desk).stamped == ["ACCREDO-1"]
    assert [entry.text for entry in desk.tickets()["ACCREDO-2"].entries[2:]] == ["Раз.", "Answer"]


def test_what_is_refused_for_months_makes_nothing_else_happen_twice(desk: RealDesk) -> None:
    """While something is refused, the commits behind it are read again in each run."""
    agent = anna(desk)
    agent.draft("POISON\n")
    hook(desk, REFUSES_STAMPED_POISON)
    for month in range(4):
        agent.save(f"{month}", "docs/a.md")
        agent.commit(f"Month {month}\n\nTicket: ACCREDO-2")
        agent.push()
        run(desk, timedelta(days=31 * month))
    run(desk, timedelta(days=31 * 4))
    texts = [entry.text for entry in desk.tickets()["ACCREDO-2"].entries[2:]]
    assert texts == [f"Month {month}" for month in range(4)]


REFUSES_STAMPED_POISON = """\
while read old new ref; do
  if git show "$new:tickets/000/ACCREDO-1.md" | grep -q '"via": "git"'; then
    echo "policy: none of that" >&2
    exit 1
  fi
done"""


# Trailers


def test_a_commit_s_trailers_are_obeyed_once(desk: RealDesk) -> None:
    agent = anna(desk)
    agent.save("1", "docs/a.md")
    agent.commit(
        "Mend the printer\n\nIt was the cable.\n\nЗакрывает: ACCREDO-1\nTicket: 2", EARLIER
    )
    agent.push()
    stamp(desk, "ACCREDO-1", "ACCREDO-2")
    answer, closed = new(desk)
    assert (answer.text, answer.format) == ("It was the cable.", "text")
    assert (closed.event, one(desk).status) == ("closed", "closed")
    assert closed.at == datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
    assert desk.tickets()["ACCREDO-2"].entries[-1].text == "It was the cable."


def test_what_was_obeyed_is_not_obeyed_again_when_picked_or_rebased(desk: RealDesk) -> None:
    agent = anna(desk)
    agent.git("checkout", "-q", "-b", "work")
    agent.save("1", "docs/a.md")
    change = agent.commit("Mend\n\nTicket: ACCREDO-1")
    empty = agent.commit("Look\n\nЗаявка: ACCREDO-1")
    agent.git("checkout", "-q", "main")
    agent.save("x", "docs/b.md")
    agent.commit()
    agent.git("cherry-pick", "--allow-empty", change, empty)
    picked = agent.git("rev-parse", "HEAD~1").strip()
    agent.push()
    run(desk)
    assert [entry.text for entry in new(desk)] == ["Mend", "Look"]
    agent.git("pull", "-q", "--rebase", "origin", "main")
    agent.git("revert", "--no-edit", picked)
    agent.git("cherry-pick", "--allow-empty", change, empty)
    agent.git("merge", "-q", "--no-ff", "-m", "Merge\n\nCloses: ACCREDO-1", "work")
    agent.push_merged()
    report = run(desk)
    assert report.stamped == []
    assert [entry.text for entry in new(desk)] == ["Mend", "Look"]
    assert one(desk).status == "open"


def test_squashes_people_and_the_tracker_itself_count_for_nothing(desk: RealDesk) -> None:
    agent, other = anna(desk), mallory(desk)
    agent.commit("Mend (#12)\n\nCloses: ACCREDO-1")
    agent.commit("Mend\n\nSquashed commit of the following:\n\nCloses: ACCREDO-1")
    agent.push()
    other.commit("Mend\n\nCloses: ACCREDO-1")
    other.push()
    tracker = Person(desk.clone("own"), "Tracker", "support@example.org")
    tracker.commit("Mend\n\nCloses: ACCREDO-1")
    tracker.push()
    assert run(desk).stamped == []
    assert new(desk) == []


def test_an_agent_s_commit_that_came_in_by_a_merge_is_held(desk: RealDesk) -> None:
    agent = anna(desk)
    agent.git("checkout", "-q", "-b", "work")
    agent.commit("Mend\n\nThe cable.\n\nCloses: ACCREDO-1")
    agent.git("checkout", "-q", "main")
    agent.git("merge", "-q", "--no-ff", "-m", "Merge work", "work")
    agent.git("push", "-q", "origin", "main")
    stamp(desk, "ACCREDO-1")
    assert told(new(desk)) == [("Анна Иванова", "held", "The cable.")]
    assert one(desk).status == "open"
    picked = agent.git("rev-parse", "work")  # what was held may still be said in earnest
    agent.git("pull", "-q", "--rebase=false", "origin", "main")
    agent.git("cherry-pick", "--allow-empty", picked)
    agent.git("push", "-q", "origin", "main")
    stamp(desk, "ACCREDO-1")
    assert one(desk).status == "closed"


def test_a_number_that_is_no_ticket_is_told_once(desk: RealDesk) -> None:
    agent = anna(desk)
    made = agent.commit("Mend\n\nCloses: ACCREDO-99")
    agent.push()
    assert run(desk).notes == [f"commit {made[:12]}: there is no ticket ACCREDO-99"]
    assert run(desk).notes == []


def test_a_desk_from_before_obeys_nothing_older(desk: RealDesk) -> None:
    agent = anna(desk)
    (agent.root / "tickets/.desk/commits.json").unlink()
    agent.commit("Mend\n\nCloses: ACCREDO-1")
    agent.push()
    assert run(desk).stamped == []
    agent.git("pull", "-q", "--rebase", "origin", "main")
    agent.commit("Mend again\n\nCloses: ACCREDO-1")
    agent.push()
    assert run(desk).stamped == ["ACCREDO-1"]


def test_after_a_rewritten_history_the_patches_tell_what_was_obeyed(desk: RealDesk) -> None:
    agent = anna(desk)
    agent.save("x", "docs/x.md")
    old = agent.commit("Start")
    agent.save("1", "docs/a.md")
    agent.commit("Mend\n\nTicket: ACCREDO-1")
    agent.push()
    run(desk)
    run(desk, timedelta(minutes=1))
    agent.git("pull", "-q", "--rebase", "origin", "main")
    agent.git("rebase", "-q", "--force-rebase", f"{old}~1")
    agent.commit("More\n\nCloses: ACCREDO-1")
    agent.git("push", "-q", "--force", "origin", "HEAD:main")
    desk.run("recover", "--yes")
    assert run(desk).stamped == ["ACCREDO-1"]
    assert [entry.event or entry.text for entry in new(desk)] == ["Mend", "closed"]


def test_many_commits_without_trailers_cost_one_commit_in_two_hundred(
    desk: RealDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.desk.stamping.FAR_BEHIND", 12)
    run(desk)  # what is due from the beginning
    agent = anna(desk)
    for n in range(5):
        agent.commit(f"Work {n}")
    agent.push()
    head = agent.git("rev-parse", "HEAD")
    run(desk)
    assert desk.git("rev-parse", "origin/main").strip() == head
    for n in range(9):
        agent.commit(f"More {n}")
    agent.push()
    run(desk)
    assert desk.git("log", "-1", "--format=%s", "origin/main") == "Note how far commits were read\n"
    run(desk)
    assert desk.git("log", "-2", "--format=%s", "origin/main").startswith("Note how far")
