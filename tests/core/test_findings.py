"""The pure looks of doctor: secrets, workflows, verdicts."""

from __future__ import annotations

import secrets

import pytest

from tracker.core.errors import TrackerError
from tracker.core.findings import Advice, Finding, Unchecked, Wrong, finding
from tracker.core.strength import weakness
from tracker.core.verdicts import judge_verdicts, signature_of
from tracker.core.workflows import judge_workflows


def test_only_what_is_wrong_is_a_fault() -> None:
    assert Finding("x", "ok", "m").ok
    assert finding("x", Advice("m", "h")).ok
    assert finding("x", Unchecked("m")).ok
    assert not finding("x", Wrong("m")).ok
    assert not finding("x", TrackerError("m", "h")).ok
    assert finding("x", Advice("m", "h")).as_json() == {
        "subject": "x",
        "ok": True,
        "level": "advice",
        "message": "m",
        "hint": "h",
    }


@pytest.mark.parametrize(
    "secret", ["aaaaaaaaaaaaaaaaaaaa", "changeme-changeme", "passwordpassword", "abcdefgh" * 4]
)
def test_weak_secrets(secret: str) -> None:
    assert weakness(secret)


def test_secrets_of_init_are_never_weak() -> None:
    assert not any(weakness(secrets.token_urlsafe(32)) for _ in range(500))


SYNC = "jobs:\n  a:\n    steps:\n      - run: tracker sync\n"


@pytest.mark.parametrize(
    ("text", "wanted", "words"),
    [
        (f"on:\n  schedule:\n    - cron: '7-59/10 * * * *'\n{SYNC}", "ok", "7-59/10"),
        (f"on:\n  schedule:\n    - cron: '*/5 * * * *'\n{SYNC}", "advice", "later"),
        (f"on: push\n{SYNC}", "wrong", "no schedule"),
        (f"on: [push, schedule]\n{SYNC}", "wrong", "no time"),
        (f"on:\n  schedule:\n{SYNC}", "wrong", "no time"),
        (f"on:\n  schedule: [x, {{}}]\n{SYNC}", "wrong", "no time"),
        (f"{SYNC}on: [\n", "wrong", "no YAML"),
        ("- tracker sync", "wrong", "no schedule"),
        ("on: push\njobs: {}", "wrong", "no workflow runs"),
    ],
)
def test_workflows(text: str, wanted: str, words: str) -> None:
    try:
        found = Finding("x", "ok", judge_workflows({"inbox.yml": text}))
    except TrackerError as error:
        found = finding("x", error)
        assert found.hint
    assert (found.level, words in f"{found.message} {found.hint}") == (wanted, True), found


@pytest.mark.parametrize(
    ("headers", "believed", "wanted", "words"),
    [
        (["mx.b.org; dmarc=pass (p=none)"], "mx.b.org", "ok", "dmarc pass"),
        (["MX.b.org 1;\r\n spf=pass\r\n smtp.mailfrom=x;dkim=pass"], "mx.B.org", "ok", "spf pass"),
        (["mx.b.org; dmarc=pass"], "", "advice", 'authserv_id = "mx.b.org"'),
        (["mx.b.org; dmarc=pass"], "mx.a.org", "wrong", "believe `mx.a.org`"),
        (["mx.b.org; dmarc=fail"], "mx.b.org", "wrong", "dmarc fail"),
        (["mx.b.org; none"], "mx.b.org", "ok", "no verdict"),
        ([], "mx.b.org", "unchecked", "writes no"),
        ([""], "", "unchecked", "writes no"),
    ],
)
def test_verdicts(headers: list[str], believed: str, wanted: str, words: str) -> None:
    try:
        found = Finding("x", "ok", judge_verdicts(headers, believed))
    except TrackerError as error:
        found = finding("x", error)
    assert (found.level, words in f"{found.message} {found.hint}") == (wanted, True), found


def test_signatures() -> None:
    assert signature_of(["v=1; a=rsa-sha256; d=B.org;\r\n s=Mail; b=x"]) == ("mail", "b.org")
    assert signature_of(["v=1; d=b.org", "d=a.org; s=x"]) == ("x", "a.org")
    assert signature_of([]) is None
