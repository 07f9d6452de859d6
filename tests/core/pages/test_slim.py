"""Leaving bytes out: a reader of HTML sees the same page, whatever strangers wrote into it."""

from __future__ import annotations

from typing import Any

import lxml.html
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.pages.bodies import render_body
from tracker.core.pages.html import escape, escape_text
from tracker.core.pages.slim import slim

TRICKY = st.sampled_from(
    ['a="b"', 'x="y">', "</p><p>", "</li>", "<b>", "&gt;", "- a\n- b", "\n\n", "> q", "`c`", "1. x"]
)
WORDS = st.lists(TRICKY | st.text(max_size=8), max_size=12).map(" ".join)


def tree(html: str) -> list[Any]:
    """Every element with its attributes and the text before and after it."""
    root = lxml.html.fragment_fromstring(html, create_parent="main")
    return [
        (one.tag, dict(one.attrib), one.text or "", one.tail or "")
        for one in root.iter()
        if isinstance(one.tag, str)
    ]


def page(text: str, form: Any) -> str:
    body = render_body(text, form)
    return (
        f'<header class="tk-head"><a href="../../requests/" title="{escape(text)}">x</a></header>'
        f'<article id="a1" class="tk-agent"><header><b>{escape_text(text)}</b></header>{body}'
        f'</article><p class="tk-event" id="e">{escape_text(text)} <b>x</b>'
        f"<footer><p>end</p></footer>"
    )


@given(WORDS, st.sampled_from(["text", "markdown"]))
def test_the_page_stays_what_it_was(text: str, form: str) -> None:
    text = "".join(one for one in text if one.isprintable() or one == "\n")
    whole = page(text, form)
    assert tree(slim(whole)) == tree(whole)


def test_a_typical_card_gets_shorter() -> None:
    whole = page("one\n\ntwo\n\n- a\n- b", "markdown")
    assert len(slim(whole)) < len(whole) - 20
    assert slim(slim(whole)) == slim(whole)


def test_text_that_looks_like_markup_is_left() -> None:
    assert slim('<p>class="x" id="y"</p>') == '<p>class="x" id="y"</p>'
    assert slim('<a title="b=&quot;c&quot;" href="x y">z</a>').count('"') == 4
