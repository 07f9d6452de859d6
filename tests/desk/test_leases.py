"""The lease goes to another machine in mid-run, and a machine that vanishes with its journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.desk.conftest import RealDesk, letter
from tests.desk.helpers import ANNA, act, answer, everybody, outside, run
from tests.desk.replies import words_of
from tests.servers.smtp import Letter
from tracker.adapters.commits import Change
from tracker.adapters.smtp import Answer, Sender
from tracker.core import state
from tracker.core.letters import Letter as Written
from tracker.core.state import Lease
from tracker.desk.composing import Composer
from tracker.desk.write import write

pytestmark = pytest.mark.servers
NAMES = ("ivan", "olga", "petr")
HOUR = timedelta(hours=1)
OTHER = "0123456789abcdef"


def _give_away(desk: RealDesk) -> None:
    """Let another machine take the lease, as it may when ours has run out."""
    opened = desk.open()
    lease = state.write(Lease.taken(OTHER, "1-other", opened.now()))
    try:
        write(opened, lambda _: Change({state.LEASE: lease}, "Take the sending lease"))
    finally:
        opened.index.close()


def _holder(desk: RealDesk) -> str:
    lease = state.read_lease(desk.git("show", f"origin/main:{state.LEASE}").encode())
    assert lease is not None
    return lease.machine


def test_a_lease_lost_in_mid_run_stops_it_and_what_went_is_recorded(
    desk: RealDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.mailbox.append_many(letter(name) for name in NAMES)
    monkeypatch.setattr("tracker.desk.outbox.RECORD_EVERY", 2)
    send, sent = Sender.send, list[str]()

    def losing(sender: Sender, one: Written) -> Answer:
        if not sent:
            _give_away(desk)
        sent.append(one.recipient)
        return send(sender, one)

    with monkeypatch.context() as patched:
        patched.setattr(Sender, "send", losing)
        run(desk)
    assert len(sent) == len(desk.smtp.letters()) == 2
    told = [address for one in desk.tickets().values() for address in one.entries[0].told]
    assert set(sent) <= set(told)
    assert _holder(desk) == OTHER
    assert "another machine is sending" in run(desk).failed[0]
    assert len(desk.smtp.letters()) == 2
    run(desk, HOUR)  # the other one never gave it back
    counts = everybody(desk)
    assert counts == Counter(f"{name}@example.org" for name in NAMES)
    assert len(desk.smtp.letters_to(ANNA)) == 3


def test_nobody_is_invited_to_an_account_after_the_lease_was_lost(
    desk_of: Callable[..., RealDesk], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_of(visibility="private")
    desk.mailbox.append(letter("ivan"))

    def losing(*arguments: object) -> Composer:
        _give_away(desk)
        return Composer(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr("tracker.desk.outbox.Composer", losing)
        run(desk)
    assert desk.smtp.letters() == []
    assert _holder(desk) == OTHER
    run(desk, HOUR)
    assert everybody(desk)["ivan@example.org"] == 2  # the number, and the link
    assert run(desk, HOUR).sent == []


def test_a_machine_that_vanishes_with_its_journal_costs_one_batch_sent_again(
    desk: RealDesk,
) -> None:
    desk.mailbox.append_many(letter(name) for name in NAMES)
    second = desk.clone("second")
    desk.crash("after:note:2", "sync")
    (desk.root / ".tracker" / "outbox.journal").unlink()
    assert "another machine is sending" in run(desk, root=second).failed[0]
    assert len(outside(desk)) == 2
    assert run(desk, HOUR, root=second).failed == []
    letters = Counter(str(one.message["Message-ID"]) for one in desk.smtp.letters())
    assert sorted(letters.values()) == [1, 1, 1, 1, 2, 2]
    whole = {str(one.message["Message-ID"]): one.raw for one in desk.smtp.letters()}
    assert all(one.raw == whole[str(one.message["Message-ID"])] for one in desk.smtp.letters())
    assert run(desk, 2 * HOUR, root=second).sent == []


def _ids(letters: list[Letter]) -> Counter[str]:
    return Counter(str(one.message["Message-ID"]) for one in letters)


def test_what_came_after_a_lost_machine_changes_no_letter_of_it(desk: RealDesk) -> None:
    """Two answers were one letter; it goes again as it was, what is newer goes by itself."""
    desk.mailbox.append(letter("ivan"))
    run(desk)
    for text in ("Раз.", "Два."):
        act(desk, lambda work, who, text=text: answer(work, who, text=text))
    second = desk.clone("second")
    desk.crash("after:send:1", "sync")
    (desk.root / ".tracker" / "outbox.journal").unlink()
    act(desk, lambda work, who: answer(work, who, text="Три."))
    desk.mailbox.append(letter("olga"))
    before = len(desk.smtp.letters())
    assert run(desk, HOUR, root=second).failed == []
    told = desk.smtp.letters_to("ivan@example.org")[1:]
    assert sorted(_ids(told).values()) == [1, 2]
    texts = [words_of(one.message) for one in told]
    assert texts[0] == texts[1]
    assert "Раз." in texts[0]
    assert "Два." in texts[0]
    assert "Три." not in texts[0]
    assert "Три." in texts[2]
    assert "Раз." not in texts[2]
    assert everybody(desk)["olga@example.org"] == 1
    assert len(desk.smtp.letters()) > before
    assert "lease" not in " ".join(desk.git("ls-tree", "-r", "--name-only", "origin/main"))
    assert run(desk, 2 * HOUR, root=second).sent == []


def test_nor_does_a_number_that_was_confirmed_with_others(desk: RealDesk) -> None:
    desk.mailbox.append_many([letter("ivan", 1), letter("ivan", 2)])
    second = desk.clone("second")
    desk.crash("after:send:1", "sync")
    (desk.root / ".tracker" / "outbox.journal").unlink()
    desk.mailbox.append(letter("ivan", 3))
    run(desk, HOUR, root=second)
    run(desk, 3 * HOUR, root=second)
    told = desk.smtp.letters_to("ivan@example.org")
    assert sorted(_ids(told).values()) == [1, 2]
    subjects = sorted({str(one.message["Subject"]) for one in told})
    assert len(subjects) == 2
