"""Who a mail is from, and how sure that is; the tables themselves are in test_rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.core.samples import FAIL, NOW, PASS, mail, our_letter, settings, ticket
from tracker.core.rights import Sender, Standing, sender_of, standing
from tracker.core.settings import Settings
from tracker.core.threading import Thread
from tracker.core.tokens import read_message_id

FORM = "form@web.example"
WEB = "mx.example.org; dmarc=%s header.from=web.example"


def desk() -> Settings:
    known = settings()
    return replace(known, mailbox=replace(known.mailbox, forwarders=("Form@web.example",)))


def sender(*arguments: str, **headers: str) -> Sender:
    return sender_of(mail(*arguments, **headers), desk())


def test_the_reply_to_of_a_form_is_the_sender_and_never_proven() -> None:
    found = sender(FORM, Reply_To="Иван <ivan@example.org>", Authentication_Results=WEB % "pass")
    assert (str(found.address), found.proof) == ("Иван <ivan@example.org>", "none")
    assert found.passed_on
    forged = sender(FORM, Reply_To="ivan@example.org", Authentication_Results=WEB % "fail")
    assert forged.proof == "fail"


@pytest.mark.parametrize("reply_to", ["", "support@example.org", "support+x@example.org", FORM])
def test_a_form_that_names_nobody_speaks_for_itself(reply_to: str) -> None:
    found = sender(FORM, Reply_To=reply_to, Authentication_Results=WEB % "pass")
    assert (found.address.email, found.proof, found.passed_on) == (FORM, "pass", False)


def test_nobody_else_s_reply_to_counts() -> None:
    found = sender("ivan@example.org", Reply_To="anna@example.org")
    assert (found.address.email, found.handle) == ("ivan@example.org", None)


def test_the_verdict_of_one_from_says_nothing_of_several() -> None:
    found = sender("ivan@example.org, anna@example.org", Authentication_Results=PASS)
    assert found.proof == "none"


def test_an_agent_is_known_by_every_address_in_any_case() -> None:
    assert sender("ANNA@Example.org").handle == "anna"


def test_no_token_stays_in_a_name() -> None:
    letter = our_letter().strip("<>")
    found = sender(f'"{letter}" <mallory@elsewhere.example>')
    assert letter.split(".")[2].partition("@")[0] not in found.address.name


def on_thread(who: Sender, **headers: str) -> Standing:
    letter = read_message_id(our_letter(to=who.address.key))
    thread = Thread(ticket(42), ticket(42), (letter,) if letter else ())
    return standing(mail(**headers), who, thread, desk(), NOW)


def test_marked_as_spam_and_automatic_mail_is_certain_of_nothing() -> None:
    ivan, anna = (
        sender(f"{name}@example.org", Authentication_Results=PASS) for name in ("ivan", "anna")
    )
    assert on_thread(ivan) == Standing("requester", certain=True)
    assert on_thread(anna) == Standing("agent", certain=True, handle="anna")
    assert on_thread(ivan, X_Spam_Flag="YES") == Standing("requester", "held")
    assert on_thread(anna, X_Spam_Flag="YES") == Standing("agent", "held")
    assert on_thread(ivan, Auto_Submitted="auto-replied") == Standing("requester")
    assert on_thread(anna, Auto_Submitted="auto-replied") == Standing("agent", "internal")


def test_a_failed_verdict_beats_every_token() -> None:
    for name in ("ivan", "anna", "mallory"):
        failed = sender(f"{name}@example.org", Authentication_Results=FAIL)
        assert on_thread(failed) == Standing("stranger", "held")
