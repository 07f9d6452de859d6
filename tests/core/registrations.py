"""The mails of ``tests/registrations``: made here (``python -m tests.core.registrations``), and the
private desk that they come to.

Every input is fixed, so that the files are the same each time. The blocks in them were sealed with
the desk's test secret; nothing of them opens anything else.
"""

from __future__ import annotations

import html
import json
import quopri
from base64 import encodebytes
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from tests.core.samples import NOW, RING, MemoryDesk, settings
from tracker.core.accounts.blocks import Block, write_block
from tracker.core.accounts.coding import b64, joined
from tracker.core.accounts.keys import registration_key
from tracker.core.accounts.logins import Cost, derive, keep
from tracker.core.accounts.records import Login, Record, write_record
from tracker.core.accounts.registration import seal_registration
from tracker.core.accounts.sealed import seal_bytes
from tracker.core.intake import Outcome

FOLDER = Path(__file__).parents[1] / "registrations"
CASES = sorted(path.parent.name for path in FOLDER.glob("*/in.eml"))
SITE = "https://help.example.org/"
IVAN, OLGA = "00" * 16, "11" * 16
ADDRESSES = {IVAN: "ivan@example.org", OLGA: "olga@example.org"}
SMALL = Cost(memory=64, passes=1)
NONCES = (bytes(range(12)), bytes(range(16)))
FOUND = derive("a password of one's own", ADDRESSES[IVAN], SITE, SMALL)
OLGAS = derive("another password", ADDRESSES[OLGA], SITE, SMALL)


def desk(**changes: Any) -> MemoryDesk:
    """A private desk with the accounts of Ivan, invited in his third epoch, and of Olga, who chose
    a password. ``changes`` are of Ivan's record.
    """
    made = MemoryDesk(with_settings=settings(visibility="private"))
    for record in (replace(_record(IVAN), **changes), _record(OLGA)):
        made.files[record.path] = write_record(record)
    return made


@cache
def _record(account: str) -> Record:
    at = (NOW - timedelta(days=1)).astimezone(UTC)
    found = keep(RING.current, account, 3, OLGAS, "chosen")
    times = [f"{one:%Y-%m-%dT%H:%M:%SZ}" for one in (at, at + timedelta(days=7))]
    logins: tuple[Login, ...] = (found,) if account == OLGA else ()
    return Record(
        account,
        3,
        RING.current.id,
        (ADDRESSES[account],),
        "",
        "requester",
        times[0],
        invitation=1,
        to=ADDRESSES[account],
        invited=times[0],
        expires=times[1],
        logins=logins,
    )


def take(case: str, desk: MemoryDesk, at: datetime = NOW) -> Outcome:
    """Take in the mail of a case."""
    (outcome,) = desk.take((FOLDER / case / "in.eml").read_bytes(), at=at)
    return outcome


def result(desk: MemoryDesk, outcome: Outcome) -> dict[str, Any]:
    """What became of a mail and of both accounts, and which letters are due."""
    ivan, olga = (desk.account(one) for one in (IVAN, OLGA))
    assert ivan is not None
    assert olga is not None
    return {
        "outcome": [outcome.what, outcome.detail],
        "ivan": _shown(ivan),
        "olga": _shown(olga),
        "letters": [
            f"{post.kind} to {post.to}" for one in (ivan, olga) for post in one.posts if post.is_due
        ],
        "tickets": sorted(one.id for one in desk.tickets().values()),
    }


def _shown(record: Record) -> str:
    ways = [f"{one.kind} at {one.locator[:8]}" for one in record.logins]
    return f"epoch {record.epoch}: {', '.join(ways) or 'no login'}"


# The blocks


def block(
    account: str = IVAN, key_of: str = "", epoch: int = 3, site: str = SITE, n: int = 0
) -> Block:
    """The block that a browser makes which holds ``key_of``'s key; the ``n``-th."""
    key = RING.current.account_key(key_of or account, epoch)
    nonces = (NONCES[0], bytes([n]) + NONCES[1][1:])
    return seal_registration(account, epoch, key, site, FOUND, nonces)


def odd(**changes: Any) -> Block:
    """A block of Ivan's whose content was changed before it was sealed."""
    content = {"purpose": "password", "epoch": 3, "locator": FOUND.locator}
    content |= {"wrap": b64(FOUND.wrapping), "nonce": b64(NONCES[1])} | changes
    plain = json.dumps({k: v for k, v in content.items() if v is not None}).encode()
    key = registration_key(RING.current.account_key(IVAN, 3))
    associated = joined("tracker 1", "registration", SITE, IVAN)
    return Block(IVAN, seal_bytes(key, NONCES[0], associated, plain))


TEXT = write_block(block())
LINES = TEXT.strip().split("\n")


# The mails


def letter(
    text: str,
    *,
    sender: str = "Иван <ivan@example.org>",
    kind: str = "text/plain; charset=utf-8",
    encoding: str = "8bit",
    subject: str = "Пароль для портала",
    more: str = "",
    name: str = "registration",
) -> bytes:
    """A mail with one part; the text is encoded as ``encoding`` says."""
    body = text.replace("\n", "\r\n").encode()
    if encoding == "base64":
        body = encodebytes(body).replace(b"\n", b"\r\n")
    elif encoding == "quoted-printable":
        body = quopri.encodestring(body.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    head = (
        f"From: {sender}\r\nTo: support@example.org\r\nSubject: {subject}\r\n{more}"
        f"Message-ID: <{name}@mail.example>\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return head.encode() + body


def parts(kind: str, *several: str) -> bytes:
    """A mail of several parts."""
    body = "".join(f"--x\n{one}\n" for one in several) + "--x--\n"
    return letter(body, kind=f'multipart/{kind}; boundary="x"')


def part(kind: str, text: str, more: str = "") -> str:
    """One part."""
    return f"Content-Type: {kind}\n{more}\n{text}"


def wrapped(width: int, quote: str = "") -> str:
    """The block with every line broken after ``width`` letters."""
    cut = [line[at : at + width] for line in LINES for at in range(0, len(line), width)]
    return "\n".join(quote + one for one in cut)


def altered(at: int, text: str = TEXT) -> str:
    """The block with one letter of its middle changed."""
    lines = text.strip().split("\n")
    one = lines[2]
    lines[2] = one[:at] + ("A" if one[at] != "A" else "B") + one[at + 1 :]
    return "\n".join(lines) + "\n"


HTML = 'text/html; charset="utf-8"'
UNDER = "\n-- \nИван Петров\n+7 900 000-00-00\n"
Made = Callable[[], bytes]
MAILS: dict[str, tuple[str, Made]] = {
    # What mail programs do: each of these sets the password
    "plain": ("As the portal writes it", lambda: letter(TEXT)),
    "words-around": (
        "Words above and a signature below",
        lambda: letter(f"Здравствуйте!\n\n{TEXT}\nС уважением,\nИван{UNDER}"),
    ),
    "wrapped": ("Broken after 33 letters, also inside the frame", lambda: letter(wrapped(33))),
    "one-line": ("All of it on one line", lambda: letter(" ".join(LINES))),
    "quoted": ("As a quotation", lambda: letter("Вот:\n\n" + wrapped(50, "> "))),
    "quoted-twice": (
        "Quoted twice, under a line that says who wrote",
        lambda: letter(
            "> 23.11.2026 10:00, Иван пишет:\n" + wrapped(60, ">> "),
            subject="Re: Пароль",
            more="In-Reply-To: <other@mail.example>\r\n",
        ),
    ),
    "base64": ("Base64", lambda: letter(TEXT + UNDER, encoding="base64")),
    "quoted-printable": ("Quoted-printable", lambda: letter(TEXT, encoding="quoted-printable")),
    "flowed": (
        "format=flowed",
        lambda: letter(
            wrapped(40).replace("\n", " \n"), kind="text/plain; charset=utf-8; format=flowed"
        ),
    ),
    "flowed-delsp": (
        "format=flowed with delsp",
        lambda: letter(
            wrapped(40).replace("\n", " \n"),
            kind="text/plain; charset=utf-8; format=flowed; delsp=yes",
        ),
    ),
    "html-divs": (
        "HTML alone, a line each in a div (Gmail)",
        lambda: letter("<div>" + "</div><div>".join(LINES) + "</div>", kind=HTML),
    ),
    "html-outlook": (
        "HTML alone, as Outlook writes it",
        lambda: letter(
            "<html><body><p class=MsoNormal>"
            + "<br>\n".join(LINES)
            + "<o:p></o:p></p></body></html>",
            kind=HTML,
            encoding="quoted-printable",
        ),
    ),
    "html-entities": (
        "HTML with entities and a place to break after every letter",
        lambda: letter(
            "".join(f"<span>{html.escape(one)}</span><wbr>" for one in TEXT).replace(
                "-</span>", "&#45;</span>"
            ),
            kind=HTML,
            encoding="base64",
        ),
    ),
    "alternative": (
        "Text and HTML of the same words",
        lambda: parts(
            "alternative",
            part("text/plain; charset=utf-8", TEXT),
            part(HTML, "<p>" + "<br>".join(LINES) + "</p>"),
        ),
    ),
    "dashes": (
        "A program made dashes of the hyphens",
        lambda: letter(TEXT.replace("-----", "—–")),
    ),
    "no-break-spaces": (
        "No-break spaces and invisible letters in it",
        lambda: letter("\u200b\n".join("\u00a0" + one + "\u00a0" for one in LINES)),
    ),
    "attached-text": (
        "As an attached text",
        lambda: parts(
            "mixed",
            part("text/plain; charset=utf-8", "Во вложении."),
            part(
                "text/plain; name=registration.txt",
                TEXT,
                "Content-Disposition: attachment; filename=registration.txt\n",
            ),
        ),
    ),
    "attached-mail": (
        "As an attached mail",
        lambda: parts(
            "mixed",
            part("text/plain; charset=utf-8", "Пересылаю."),
            part("message/rfc822", letter(TEXT, encoding="base64").decode().replace("\r", "")),
        ),
    ),
    "form-service": (
        "A form's service sends it, from its own address",
        lambda: letter(
            f"message: {TEXT}",
            sender="Forms <noreply@forms.example>",
            more="Auto-Submitted: auto-generated\r\nPrecedence: bulk\r\n",
        ),
    ),
    "dmarc-fail": (
        "DMARC fails: the block itself is the proof",
        lambda: letter(
            TEXT,
            more="Authentication-Results: mx.example.org; dmarc=fail header.from=example.org\r\n",
        ),
    ),
    "reply-to-ticket": (
        "It answers a ticket's letter: a registration all the same",
        lambda: letter(TEXT, subject="Re: [ACCREDO-1] Вопрос"),
    ),
    "broken-then-whole": (
        "A broken block above the whole one",
        lambda: letter("\n".join(LINES[:2]) + f"\n{LINES[-1]}\n\n" + TEXT),
    ),
    # What is wrong: nothing changes
    "altered": ("One letter is changed", lambda: letter(altered(20))),
    "altered-account": (
        "The account's id is changed",
        lambda: letter(write_block(Block("22" * 16, block().sealed))),
    ),
    "cut-end": ("Its last lines are missing", lambda: letter("\n".join(LINES[:3]))),
    "cut-middle": (
        "A line of its middle is missing",
        lambda: letter("\n".join([*LINES[:2], *LINES[3:]])),
    ),
    "empty": ("Nothing stands in the frame", lambda: letter(f"{LINES[0]}\n{LINES[-1]}\n")),
    "mentioned": (
        "Only its first line: what follows can't be told from a broken one",
        lambda: letter(f"Что значит {LINES[0]}?"),
    ),
    "version": (
        "A version that is not known",
        lambda: letter(TEXT.replace(LINES[1], "Ag" + LINES[1][2:])),
    ),
    "swapped": (
        "Ivan's block under the id of Olga's account",
        lambda: letter(write_block(Block(OLGA, block().sealed))),
    ),
    "forged": (
        "Random bytes for Ivan's account, by a stranger",
        lambda: letter(
            write_block(Block(IVAN, bytes(range(60, 260 - 60)))),
            sender="Mallory <mallory@elsewhere.example>",
        ),
    ),
    "for-another": (
        "Olga writes one for Ivan's account with the key of her own",
        lambda: letter(write_block(block(IVAN, key_of=OLGA)), sender="Ольга <olga@example.org>"),
    ),
    "other-desk": (
        "Made on another desk's portal",
        lambda: letter(write_block(block(site="https://other.example/"))),
    ),
    "expired": (
        "Made with the link of an earlier epoch",
        lambda: letter(write_block(block(epoch=2, n=7))),
    ),
    "future": (
        "Made for an epoch that is yet to come",
        lambda: letter(write_block(block(epoch=4))),
    ),
    "again": (
        "The same block in another mail",
        lambda: letter(TEXT, name="again"),
    ),
    "second-browser": (
        "A second password from the same link, after the first was set",
        lambda: letter(write_block(block(n=1)), name="second"),
    ),
    "purpose": ("Another purpose", lambda: letter(write_block(odd(purpose="erase")))),
    "epoch-inside": ("Another epoch inside", lambda: letter(write_block(odd(epoch=2)))),
    "more-members": ("A member too many", lambda: letter(write_block(odd(role="agent")))),
    "fewer-members": ("A member too few", lambda: letter(write_block(odd(nonce=None)))),
    "short-nonce": ("A nonce that is too short", lambda: letter(write_block(odd(nonce="AAAA")))),
    "locator-path": (
        "A locator that would leave its folder",
        lambda: letter(write_block(odd(locator="../../../../index.html/000000000"))),
    ),
    "locator-taken": (
        "The locator of Olga's login",
        lambda: letter(write_block(odd(locator=OLGAS.locator))),
    ),
    "altered-by-stranger": (
        "A changed block by somebody without an account: nobody is written to",
        lambda: letter(altered(20), sender="Mallory <mallory@elsewhere.example>"),
    ),
    "altered-automatic": (
        "A changed block in an automatic mail: nobody is written to",
        lambda: letter(altered(20), more="Auto-Submitted: auto-replied\r\n"),
    ),
    "many": (
        "A thousand broken blocks before a whole one: only the first are looked at",
        lambda: letter(f"{LINES[0]} AAAA {LINES[-1]}\n" * 1000 + TEXT),
    ),
}
BEFORE = {"again": ["plain"], "second-browser": ["plain"]}
"""Cases whose mail comes after others."""


def main() -> None:
    """Write every mail and what comes of it, and the list."""
    rows = []
    for name, (sentence, made) in MAILS.items():
        folder = FOLDER / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "in.eml").write_bytes(made())
        there = desk()
        for one in BEFORE.get(name, ()):
            take(one, there)
        expected = {"before": BEFORE.get(name, []), **result(there, take(name, there))}
        text = json.dumps(expected, ensure_ascii=False, indent=1) + "\n"
        (folder / "expected.json").write_text(text, "utf-8")
        rows.append(f"| `{name}` | {sentence} | {expected['outcome'][1]} |")
    head = (FOLDER / "README.md").read_text("utf-8").partition("| case |")[0]
    table = "\n".join(["| case | what it is | what comes of it |", "|---|---|---|", *rows])
    (FOLDER / "README.md").write_text(f"{head}{table}\n", "utf-8")


if __name__ == "__main__":
    main()
