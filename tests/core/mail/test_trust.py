"""DMARC verdicts: only the configured server is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.mail import read_mail
from tracker.core.mail.trust import is_signed, parse, verdict

ID = "mx.example.com"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["mx.example.com; dmarc=pass header.from=example.org"], "pass"),
        (["mx.example.com; dmarc=fail (p=reject) header.from=example.org"], "fail"),
        (["mx.example.com 1; spf=pass; dmarc = pass header.from = Example.ORG"], "pass"),
        (["mx.example.com 2; dmarc=pass header.from=example.org"], "none"),
        (["(c; dmarc=fail) mx.example.com (x (y)) ; dmarc/1=pass (ok; dmarc=fail)"], "pass"),
        (['"mx.example.com"; dmarc=pass header.from="example.org"'], "pass"),
        (["MX.Example.Com;\r\n\tdmarc=PASS\r\n header.from=example.org"], "pass"),
        (["evil.example; dmarc=pass header.from=example.org"], "none"),
        (["mx.example.com.evil.example; dmarc=pass header.from=example.org"], "none"),
        (["mx.example.com; dmarc=pass header.from=other.example"], "none"),
        (["mx.example.com; dmarc=none", "mx.example.com; dmarc=pass"], "none"),
        (["mx.example.com; dkim=pass", "mx.example.com; dmarc=pass"], "pass"),
        (["evil; dmarc=pass", "mx.example.com; dmarc=fail"], "fail"),
        (["mx.example.com; none"], "none"),
        (["mx.example.com; dmarc=temperror"], "none"),
        (["mx.example.com; dmarc=permerror"], "fail"),
        (['mx.example.com; spf=pass reason="a; dmarc=pass"; dmarc=fail'], "fail"),
        (["mx.example.com; dkim=pass header.i=@x; dmarc=bestguesspass"], "none"),
        (["dmarc=pass"], "none"),
        ([""], "none"),
        ([], "none"),
    ],
)
def test_verdict(values: list[str], expected: str) -> None:
    """Comments, versions, quoted strings, several headers, other servers."""
    assert verdict([values], ID, "example.org") == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["mx.example.com; dkim=pass header.d=mail.example.org; dmarc=none"], True),
        (["mx.example.com; dkim=pass header.d=example.org"], False),
        (["mx.example.com; dkim=fail header.d=x; dkim=pass header.d=MAIL.example.org"], True),
        (
            ["mx.example.com; dkim=pass header.d=mail.example.org", "mx.example.com; dmarc=none"],
            True,
        ),
        (["mx.example.com; dkim=pass header.i=@mail.example.org; dmarc=none"], False),
        (["mx.example.com; dkim=pass header.d=mail.example.org; dmarc=bestguesspass"], True),
        (["mx.example.com; dkim=pass header.d=mail.example.org; dmarc=fail"], False),
        (
            [
                "mx.example.com; dmarc=temperror",
                "mx.example.com; dkim=pass header.d=mail.example.org",
            ],
            False,
        ),
        (
            ["mx.example.com; dkim=pass header.d=mail.example.org; dmarc=none header.from=x.org"],
            False,
        ),
        (["mx.example.com; dkim=pass header.d=a.mail.example.org"], False),
        (["mx.example.com; dkim=pass header.d=l.example.org"], False),
        (["mx.example.com; dkim=pass header.d=org"], False),
        (["mx.example.com; dkim=none header.d=mail.example.org; spf=pass"], False),
        (["mx.example.com; dkim=pass"], False),
        (["evil.example; dkim=pass header.d=mail.example.org"], False),
        ([], False),
    ],
)
def test_signed_by_the_domain_itself(values: list[str], expected: bool) -> None:
    """Where DMARC says nothing, a signature of the very domain does."""
    assert is_signed([values], ID, "mail.example.org") == expected
    assert not is_signed([values], "", "mail.example.org")
    assert not is_signed([values], ID, "")


@pytest.mark.parametrize(
    ("between", "expected"),
    [
        ("", "pass"),  # two programs of one server; a provider must strip its name from mails
        ("Received-SPF: pass\r\nDKIM-Filter: x\r\n", "pass"),
        ("Received: from evil.example by mx.example.com\r\n", "none"),
        ("DKIM-Signature: v=1\r\n", "none"),
        ("From: ivan@example.org\r\n", "none"),
    ],
)
def test_only_the_topmost_headers_count(between: str, expected: str) -> None:
    """What stands below anything else came with the mail."""
    raw = (
        "Received: from mx.example.com by inside.example.com\r\n"
        "Authentication-Results: filter.example.com; spf=none\r\n"
        "Received: from evil.example by mx.example.com\r\n"
        f"Authentication-Results: {ID}; spf=pass\r\n{between}"
        f"Authentication-Results: {ID}; dmarc=pass header.from=example.org\r\n\r\nx"
    )
    groups = read_mail(raw.encode()).authentication_results
    assert verdict(groups, ID, "example.org") == expected


def test_nobody_is_believed_unasked() -> None:
    """Without a configured server, or a domain, there is no verdict."""
    assert verdict([["; dmarc=pass"]], "", "example.org") == "none"
    assert verdict([["mx.example.com; dmarc=pass"]], ID, "") == "none"


def test_international_domains() -> None:
    """A domain and its ASCII form are one."""
    value = "mx.example.com; dmarc=pass header.from=xn--e1afmkfd.example"
    assert verdict([[value]], ID, "пример.example") == "pass"


@given(st.text('mx.;=()"\\ dkpas1/', max_size=80))
def test_any_value(value: str) -> None:
    """Any characters are parsed."""
    parse(value)
    assert verdict([[value]], ID, "example.org") in ("pass", "fail", "none")


@pytest.mark.parametrize("piece", ["(", '"', ";", "=", "a=b ", '\\"'])
def test_long_values(piece: str) -> None:
    """A hostile header costs no time."""
    assert verdict([[ID + "; " + piece * 100_000]], ID, "example.org") == "none"
