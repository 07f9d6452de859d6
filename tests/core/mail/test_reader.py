"""Reading never fails, whatever the bytes, and costs what it may."""

import pickle
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.core.mail import Mail, read_mail

SEEDS = [
    path.read_bytes() for path in sorted((Path(__file__).parents[2] / "mails").glob("*/in.eml"))
]
HEAD = b"From: a@example.org\r\nMessage-ID: <a@b>\r\nIn-Reply-To: <c@d>\r\n"
HTML = HEAD + b"Content-Type: text/html\r\n\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"


def check(mail: Mail) -> None:
    """What holds for every mail."""
    assert pickle.loads(pickle.dumps(mail)) == mail
    assert "\0" not in mail.text + mail.quoted
    assert "\n" not in mail.subject
    (mail.text + mail.quoted + mail.subject + mail.sender.name + mail.sender.email).encode()
    names = [part.name for part in mail.attachments]
    assert len({name.casefold() for name in names}) == len(names)
    for part in mail.attachments:
        assert part.name
        assert not part.name.startswith((".", "-"))
        assert not set(part.name) & set('/\\:*?"<>|\0')
        assert len(part.name.encode()) <= 100
        assert not (part.refused and part.content)
    assert mail.date is None or mail.date.tzinfo is not None


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_bytes(raw: bytes) -> None:
    """Any bytes make a mail."""
    check(read_mail(raw))


@given(st.sampled_from(SEEDS), st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_damaged_mails(raw: bytes, seed: int) -> None:
    """Mails with bytes changed, lost, doubled and mixed with another mail's are read, too."""
    chance = random.Random(seed)
    damaged = bytearray(raw[:20_000])
    for _ in range(chance.randint(1, 10)):
        place = chance.randrange(len(damaged) + 1)
        stop = place + chance.randrange(1, 60)
        other = chance.choice(SEEDS)
        start = chance.randrange(len(other) + 1)
        damaged[place:stop] = chance.choice(
            [
                b"",
                b"\0",
                chance.randbytes(3),
                bytes(damaged[place:stop]) * 2,
                other[start : start + 80],
            ]
        )
    check(read_mail(bytes(damaged)))


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(
            HEAD
            + b"".join(
                b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
                for n in range(1000)
            ),
            id="1000 nested multiparts",
        ),
        pytest.param(HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 1000, id="1000 nested mails"),
        pytest.param(MIXED + b"--x\r\n\r\na\r\n" * 50_000, id="50,000 parts"),
        pytest.param(HEAD + b"\r\n" + b"a" * 2**20, id="a line of 1 MB"),
        pytest.param(HEAD + b"\r\n" + b" " * 2**20, id="1 MB of blanks"),
        pytest.param(HEAD + b"\r\n" + b">" * 100_000, id="100,000 quote marks"),
        pytest.param(HEAD + b"\r\n" + b"> a\r\n" * 100_000, id="100,000 quoted lines"),
        pytest.param(HEAD + b"Subject: " + b"=?a?q?" * 100_000, id="open encoded words"),
        pytest.param(HEAD + b"To: " + b'"\\' * 50_000, id="open quotes"),
        pytest.param(HEAD + b"Cc: " + b"<(" * 50_000, id="open brackets"),
        pytest.param(HEAD + b"References: " + b"<a@b> <" * 14_000, id="many references"),
        pytest.param(b"a" * 2**20 + b"\r\n\r\n", id="no colon in 1 MB"),
        pytest.param(HTML + b"<div>" * 20_000 + b"x", id="deep HTML"),
        pytest.param(HTML + b"<blockquote>a" * 8_000, id="deep quotations"),
        pytest.param(HTML + b"<ul><li>a" * 8_000, id="deep lists"),
        pytest.param(HTML + b"<table><tr><td>" * 8_000 + b"x", id="deep tables"),
        pytest.param(HTML + b"<a href=http://a>b" * 6_000, id="open links"),
        pytest.param(HTML + b"<!--" * 50_000, id="open comments"),
        pytest.param(HTML + b"[a](" * 20_000, id="half links"),
        pytest.param(HEAD + b"\r\n" + b"begin 644 a\r\n" * 50_000, id="open uuencode"),
        pytest.param(HEAD + b"\r\n" + b"From: x\r\n" * 20_000, id="20,000 labels"),
    ],
)
def test_hostile_sizes(raw: bytes) -> None:
    """What makes other readers recurse, or go on for minutes, is read as any other mail."""
    check(read_mail(raw))


def test_entity_bomb() -> None:
    """Entities of a document type are not expanded."""
    bomb = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><p>&b;&b;</p>'
    assert "aaaaaaaa" not in read_mail(HTML + bomb).text.replace('"', "")[-40:]


def test_seventy_attachments() -> None:
    """70 attachments of one name are 70 files."""
    part = b"--x\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nA\r\n"
    mail = read_mail(MIXED + part * 70 + b"--x--")
    assert len(mail.attachments) == 70
    assert mail.attachments[69].name == "a-70.pdf"


def test_large_attachment_is_refused_undecoded() -> None:
    """A file over the limit is named and measured, and costs no memory."""
    body = (b"QUFB" * 19 + b"\r\n") * 20_000
    part = (
        b"--x\r\nContent-Type: video/mp4; name=a.mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    mail = read_mail(MIXED + part + body + b"--x--", attachment_limit=2**20)
    (found,) = mail.attachments
    assert (found.name, found.content, found.refused) == ("a.mp4", b"", "size")
    assert found.size == pytest.approx(20_000 * 57, rel=0.02)


def test_attachment_at_the_limit() -> None:
    """A file of exactly the limit is taken, one byte more is not."""
    for size, refused in ((1000, ""), (1001, "size")):
        raw = MIXED + b"--x\r\nContent-Type: a/b; name=a.bin\r\n\r\n" + b"a" * size + b"\r\n--x--"
        assert read_mail(raw, attachment_limit=1000).attachments[0].refused == refused


def test_long_text_is_cut_and_attached() -> None:
    """A text over 1 MB is shown in part and kept in whole."""
    mail = read_mail(HEAD + b"\r\n" + b"hello world\r\n" * 200_000)
    assert len(mail.text) <= 2**20
    assert "long-text" in mail.problems
    assert mail.attachments[0].size == 13 * 200_000


def test_digest_is_of_the_body() -> None:
    """Twins of one mailing differ in headers alone and share the digest."""
    one, other = read_mail(b"A: 1\r\n\r\nbody"), read_mail(b"B: 22\r\n\r\nbody")
    assert one.digest == other.digest
    assert one.raw_hash != other.raw_hash


def test_import_is_light() -> None:
    """Heavy libraries are loaded by the mails that need them."""
    code = (
        "import sys, tracker.core.mail; "
        "print([n for n in ('lxml', 'bs4', 'chardet', 'markdownify', 'email') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_where_it_was_delivered() -> None:
    raw = (
        b"Delivered-To: support+tag@example.org\r\nX-Original-To: <help@example.org>\r\n"
        b"Delivered-To: support@example.org\r\nEnvelope-To: help@example.org\r\n\r\nx"
    )
    assert [one.email for one in read_mail(raw).delivered_to] == [
        "support+tag@example.org",
        "support@example.org",
        "help@example.org",
    ]
    assert read_mail(b"To: a@example.org\r\n\r\nx").delivered_to == ()
