"""`tracker doctor --send-test`: one letter from the desk to the desk, there and away again."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

from tracker.adapters.dns import Resolver
from tracker.adapters.environment import IMAP_PASSWORD, SMTP_PASSWORD
from tracker.adapters.postbox import Postbox
from tracker.adapters.smtp import Sender
from tracker.core.dns_records import judge_dkim
from tracker.core.errors import TrackerError
from tracker.core.findings import Advice, Finding, Wrong, finding
from tracker.core.letters import Content, Head, Letter, domain_of, seal
from tracker.core.mail import LOOP_HEADER
from tracker.core.tokens import Keys
from tracker.core.verdicts import judge_verdicts, signature_of
from tracker.desk.desk import Desk
from tracker.desk.examination import Examination, needed

_WORDS = (
    "This letter was sent by `tracker doctor --send-test` to see whether letters arrive.\n"
    "It needs no answer, makes no ticket, and is taken away again.\n"
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """The letter as it lies in the mailbox."""

    headers: Message
    uids: list[int]
    seconds: float


def round_trip(
    desk: Desk, resolver: Resolver, wait: float, clock: Callable[[], float] = time.time
) -> list[Finding]:
    """Send the letter, wait for it, look at it, take it away. Each step is one finding; a step
    that fails ends it.
    """
    return list(_steps(desk, resolver, wait, clock))


def _steps(
    desk: Desk, resolver: Resolver, wait: float, clock: Callable[[], float]
) -> Iterator[Finding]:
    settings = desk.settings.mailbox
    try:
        if settings.imap is None or settings.smtp is None:
            raise Wrong(
                "a round trip needs `mailbox.imap` and `mailbox.smtp`", "Set both in tracker.toml."
            )
        keys = desk.keys()
        letter = letter_to_itself(desk, keys, secrets.token_hex(12))
        shown = needed(desk, IMAP_PASSWORD)
        began = clock()
        _send(desk, letter)
        with Postbox(settings.imap, shown, settings.folder) as box:
            found = box.wait_for(letter.message_id, wait)
            if not found:
                raise _lost(box, desk, letter, wait)
            raw, _ = box.read(found[0])
            arrived = Arrived(message_from_bytes(raw), found, clock() - began)
            yield Finding("test-letter", "ok", f"arrived after {arrived.seconds:.0f} s")
            yield from _looks(desk, keys, resolver, arrived)
            yield _removed(box, found)
    except TrackerError as error:
        yield finding("test-letter", error)


def letter_to_itself(desk: Desk, keys: Keys, token: str) -> Letter:
    """Return the letter: a machine's, with the desk's loop header, by which every run of the
    intake knows it for the desk's own.
    """
    settings = desk.settings
    content = Content(f"Tracker test {token}", _WORDS, f"<p>{_WORDS}</p>", "auto-generated")
    message_id = f"<test.{token}@{domain_of(settings)}>"
    head = Head(settings.mailbox.address, message_id, (), desk.now(), answers=False)
    return seal(content, head, settings, keys)


def _send(desk: Desk, letter: Letter) -> None:
    settings = desk.settings.mailbox
    assert settings.smtp is not None
    shown = needed(desk, SMTP_PASSWORD) if settings.smtp.user else ""
    with Sender(settings.smtp, shown, settings.address) as sender:
        answer = sender.send(letter)
    if answer.outcome != "accepted":
        raise Wrong(
            f"the server did not take it: {answer.reason}",
            f"Check that it may send to {settings.address}, and `mailbox.address` itself.",
        )


def _lost(box: Postbox, desk: Desk, letter: Letter, wait: float) -> Wrong:
    """Look where else it may be."""
    for folder in box.spam_folders():
        found = box.find(letter.message_id, folder)
        if found:
            box.remove(found, folder)
            return Wrong(
                f"the letter arrived in `{folder}`: the provider takes the desk for spam",
                "Mend SPF, DKIM and DMARC as said above, and mark such letters as no spam.",
            )
    read = desk.settings.mailbox.folder
    return Wrong(
        f"the letter did not arrive in `{read}` within {wait:.0f} s",
        f"Does mail to {desk.settings.mailbox.address} go to this mailbox? `--wait 600` waits "
        "longer. If it comes later, it is ignored.",
    )


def _looks(desk: Desk, keys: Keys, resolver: Resolver, arrived: Arrived) -> Iterator[Finding]:
    looks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("test-loops", lambda: _loop(keys, arrived)),
        ("test-verdict", lambda: _verdict(desk, arrived)),
        ("test-signature", lambda: _signature(desk, resolver, arrived)),
    )
    for subject, look in looks:
        try:
            yield Finding(subject, "ok", look())
        except TrackerError as error:
            yield finding(subject, error)


def _loop(keys: Keys, arrived: Arrived) -> str:
    if len(arrived.uids) > 1:
        raise Wrong(
            f"the letter came {len(arrived.uids)} times: something forwards the mailbox to itself",
            "Look at the rules and aliases of the mailbox.",
        )
    if arrived.headers.get(LOOP_HEADER, "").strip() != keys.loop:
        raise Wrong(
            f"the letter arrived without its header {LOOP_HEADER}: the desk could answer itself",
            "Ask the provider why it takes headers away; until then keep the desk out of groups.",
        )
    return "it came once, and the desk knows it for its own"


def _verdict(desk: Desk, arrived: Arrived) -> str:
    headers = [str(one) for one in arrived.headers.get_all("Authentication-Results", [])]
    return judge_verdicts(headers, desk.settings.mailbox.authserv_id)


def _signature(desk: Desk, resolver: Resolver, arrived: Arrived) -> str:
    about = Examination(desk, resolver)
    named = signature_of([str(one) for one in arrived.headers.get_all("DKIM-Signature", [])])
    if named is None:
        raise Advice(
            "the letter has no DKIM signature",
            "Switch DKIM on at the provider; some don't sign letters that stay inside.",
        )
    selector, domain = named
    if domain != about.domain and not about.domain.endswith(f".{domain}"):
        raise Advice(
            f"the letter is signed by {domain}, not by {about.domain}: DMARC does not count it",
            f"Switch on DKIM for {about.domain} at the provider.",
        )
    return judge_dkim(domain, {selector: resolver.texts(f"{selector}._domainkey.{domain}")})


def _removed(box: Postbox, uids: list[int]) -> Finding:
    if box.remove(uids):
        return Finding("test-removed", "ok", "the letter was taken away again")
    return Finding(
        "test-removed",
        "advice",
        "the letter could not be taken away (no right to delete, or no UIDPLUS)",
        "It does no harm: the desk ignores it. Delete it by hand if it is in the way.",
    )
