"""What DNS records say about mail."""

from __future__ import annotations

import pytest

from tracker.core.dns_records import judge_dkim, judge_dmarc, judge_mx, judge_spf
from tracker.core.errors import TrackerError
from tracker.core.findings import Finding, finding

LOOKUPS = " ".join(f"include:{n}.example" for n in range(11))


def level(look: object, *arguments: object) -> tuple[str, str]:
    """The level of what a look finds, and all that it says."""
    assert callable(look)
    try:
        found = Finding("x", "ok", look("b.org", *arguments))
    except TrackerError as error:
        found = finding("x", error)
        assert found.hint
    return found.level, f"{found.message} {found.hint}"


@pytest.mark.parametrize(
    ("records", "sender", "wanted", "words"),
    [
        (["v=spf1 include:_spf.google.com ~all"], "smtp.gmail.com", "ok", "names who may"),
        (["other", "V=SPF1 MX -all"], "mail.b.org", "ok", "names who may"),
        (["v=spf1 redirect=_spf.mail.ru"], "smtp.mail.ru", "ok", "names who may"),
        ([], "smtp.gmail.com", "wrong", "include:_spf.google.com"),
        (["v=spf10 x"], "h", "wrong", "no SPF record"),
        (["v=spf1 -all", "v=spf1 ~all"], "h", "wrong", "2 SPF records"),
        (["v=spf1 +all"], "h", "wrong", "lets everybody"),
        (["v=spf1 mx -all"], "smtp.office365.com", "wrong", "spf.protection.outlook.com"),
        (["v=spf1 mx"], "h", "advice", "~all"),
        ([f"v=spf1 {LOOKUPS} -all"], "h", "wrong", "10 lookups"),
        (["v=spf1 mx -all"], "notgmail.com", "ok", "names"),
    ],
)
def test_spf(records: list[str], sender: str, wanted: str, words: str) -> None:
    got, said = level(judge_spf, records, sender)
    assert (got, words in said) == (wanted, True), said


@pytest.mark.parametrize(
    ("records", "wanted", "words"),
    [
        (["v=DMARC1; p=reject"], "ok", "`reject`"),
        (["v=DMARC1;p=Quarantine;"], "ok", "`quarantine`"),
        (["v = DMARC1 ; p = none"], "advice", "p=quarantine"),
        (["v=DMARC1"], "wrong", "no policy"),
        ([], "wrong", "_dmarc.b.org"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "wrong", "2 DMARC"),
    ],
)
def test_dmarc(records: list[str], wanted: str, words: str) -> None:
    got, said = level(judge_dmarc, records)
    assert (got, words in said) == (wanted, True), said


def test_dkim() -> None:
    assert level(judge_dkim, {"a": [], "mail": ["v=DKIM1; p=AB", "CD=="]})[0] == "ok"
    assert level(judge_dkim, {"mail": ["v=DKIM1; p="]}) == (
        "wrong",
        "b.org: the DKIM key `mail` is revoked Switch DKIM on anew.",
    )
    assert level(judge_dkim, {"mail": ["something else"]})[0] == "advice"
    assert level(judge_dkim, {})[0] == "advice"


def test_mx() -> None:
    assert level(judge_mx, ["mx.b.org"]) == ("ok", "mail for b.org goes to mx.b.org ")
    assert level(judge_mx, [])[0] == "wrong"
    assert "takes no mail" in level(judge_mx, ["."])[1]
