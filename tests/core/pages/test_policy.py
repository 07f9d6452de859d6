"""The policy of a page: its own scripts by hash, and nothing else."""

from __future__ import annotations

import pytest

from tests.core.pages.make import desk
from tracker.core.pages.policy import with_policy
from tracker.core.pages.shell import POLICY, STYLE, Shell

PAGE = '<html><head><meta charset="utf-8"></head><body><script>var a=1</script>{}</body></html>'


def test_inline_scripts_are_allowed_by_hash() -> None:
    page = with_policy(PAGE.format('<script type="application/json">{"x":1}</script>'))
    assert (
        "'sha256-vYDncIRavkfWmCW2T9JWEofVL5PZUpZEXPTBlYBZHkE='" in page
        or page.count("sha256-") == 1
    )
    assert "unsafe" not in page


def test_another_script_has_another_hash() -> None:
    assert with_policy(PAGE.format("")) != with_policy(PAGE.format("<script>var b</script>"))


def test_a_page_gets_one_policy_only() -> None:
    once = with_policy(PAGE.format(""))
    assert with_policy(once) == once


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<html><head><meta charset="utf-8">', "<title>x</title><script>1</script>"),
        (
            '<!doctype html>\n<html lang="ru">\n <head>\n  <meta charset="utf-8">\n  ',
            '<meta name="viewport" content="width=device-width"><title>x</title>',
        ),
        ("<!DOCTYPE html>\n<html lang=ru>\n<head>\n", "<title>x</title>"),
        ("<!-- <head> --><html data-x='>'><head class=\"a>b\">", "<script>1</script>"),
        ("<HTML><HEAD>", "<SCRIPT>1</SCRIPT><meta charset=utf-8>"),
        ("<!doctype html>", "<title>x</title><p>y"),
        ("", "<p>y"),
        ("", ""),
    ],
)
def test_the_policy_is_the_first_element_of_any_page(before: str, after: str) -> None:
    page = with_policy(before + after)
    assert page.startswith(f'{before}<meta http-equiv="Content-Security-Policy" content="')
    assert page.endswith(f'">{after}')


def test_a_page_that_speaks_of_policies_gets_one() -> None:
    titled = PAGE.replace("</head>", "<meta content='Content-Security-Policy'></head>")
    page = with_policy(titled.format("<code>Content-Security-Policy</code>"))
    assert page.count('<meta http-equiv="Content-Security-Policy"') == 1


def test_a_lean_page_has_no_inline_script_and_knows_its_depth() -> None:
    shell = Shell(desk())
    page = shell.fill("<x>", "tickets/ACCREDO-42/", "CONTENT")
    assert POLICY in page and "<script>" not in page and "style=" not in page
    assert "<title property=og:title>&lt;x&gt;</title>" in page
    assert f"href=../../{STYLE}>" in page
    assert (
        '<link rel=canonical property=og:url href="https://help.example.org/tickets/ACCREDO-42/">'
        in page
    )


def test_one_address_of_another_host_may_be_sent_to() -> None:
    page = with_policy(PAGE.format(""), "https://forms.example.org:8443/f/1?x=1")
    assert "connect-src 'self' https://forms.example.org:8443;" in page
    assert "connect-src 'self';" in with_policy(PAGE.format(""))


def test_the_canonical_address_may_be_another() -> None:
    page = Shell(desk()).fill("x", "tickets/ACCREDO-4/", "", canonical="tickets/ACCREDO-3/")
    assert (
        '<link rel=canonical property=og:url href="https://help.example.org/tickets/ACCREDO-3/">'
        in page
    )
