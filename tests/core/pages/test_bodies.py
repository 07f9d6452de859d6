"""What strangers wrote: nothing of it runs, loads or pretends, whatever it looks like."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.core.pages import bodies
from tracker.core.pages.bodies import render_body

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<IMG SRC=https://evil.example/pixel.gif>",
    "![pixel](https://evil.example/pixel.gif)",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](java\tscript:alert(1))",
    "[click](&#106;avascript:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "[click](vbscript:x)",
    "[click](//evil.example/)",
    "[click](../../ACCREDO-1/)",
    '[click](https://example.org "onmouseover=alert(1)")',
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    '# Title {: onclick="alert(1)" }',
    "text {: #header .md-header style=position:fixed }",
    '<a href="https://example.org" id="__config" name="search" class="md-button">x</a>',
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<svg onload="alert(1)"><a xlink:href="javascript:alert(1)">x</a></svg>',
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<iframe src=https://evil.example></iframe>",
    '<form action="https://evil.example"><input name=password></form>',
    "<style>body{display:none}</style>",
    "<base href=https://evil.example/>",
    "<div style='position:fixed'>x</div>",
    "</article></main><h1>Signed in</h1>",
    "```html\n<script>alert(1)</script>\n```",
    "````\n</code></pre><script>alert(1)</script>\n````",
    "`<img src=x onerror=alert(1)>`",
    "| a |\n|---|\n| <script>alert(1)</script> |",
    "<!-- comment --><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "\x02klzzwxh:0000\x03<script>",
    'https://example.org/"onmouseover=alert(1)//',
    "https://example.org/'><script>alert(1)</script>",
    ">" * 20_000,
    "[" * 5_000 + "](javascript:alert(1))",
    "*" * 5_000,
]

_ALLOWED = {
    *("p", "br", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol", "li", "a", "h2"),
    *("hr", "table", "thead", "tbody", "tr", "th", "td", "sub", "sup"),
}


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def tags_of(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = _Tags()
    parser.feed(html)
    parser.close()
    return parser.seen


def assert_harmless(html: str) -> None:
    for tag, attributes in tags_of(html):
        assert tag in _ALLOWED
        allowed = {"href", "rel", "start", "align"}
        if tag in ("code", "table") and attributes.get("tabindex") == "0":
            allowed.add("tabindex")
        assert attributes.keys() <= allowed, html
        if "href" in attributes:
            assert re.match(r"https?://", attributes["href"] or ""), html
            assert attributes["rel"] == "nofollow noreferrer"


@pytest.mark.parametrize("form", ["text", "markdown"])
@pytest.mark.parametrize("body", HOSTILE)
def test_a_hostile_body_is_harmless(body: str, form: str) -> None:
    """Looked at on the rendered result, by a parser, in both formats."""
    assert_harmless(render_body(body, form))  # type: ignore[arg-type]


@given(st.text(alphabet="<>&\"'`*_[](){}!#|\\ \n\t:/=abhjonscriptdata.;%0", max_size=80))
def test_no_text_makes_anything_but_the_allowed(body: str) -> None:
    assert_harmless(render_body(body, "markdown"))
    assert_harmless(render_body(body, "text"))


@given(st.text(max_size=60), st.sampled_from(HOSTILE[:36]))
def test_nothing_around_a_hostile_piece_wakes_it(around: str, piece: str) -> None:
    assert_harmless(render_body(f"{around}{piece}{around}", "markdown"))


_PIECES = (
    *("", "- ", "слово", "два слова", "**жирно**", " ", ", ", "1", "1. ", "--", "**", "*", "(да)"),
    *("https://example.org/x.", "a@b", "\n", "\n\n", "\n- ", "  ", ":", "=", "«»", "'", '"', "_"),
)
_LINES = st.lists(st.sampled_from(_PIECES), max_size=14).map("".join)


def words(html: str) -> str:
    return re.sub(r"\s+", "", html)


@settings(max_examples=500)
@given(_LINES | st.text(alphabet="ab я1.,-–:()\"'/%+=@*\n", max_size=60))
def test_simple_markdown_takes_the_short_way_to_the_same_words(body: str) -> None:
    """The short way may stand in for the converter only where both give the same."""
    body = body.strip("\n")
    if bodies._simple_blocks(body) is not None:
        assert words(render_body(body, "markdown")) == words(bodies._render_markdown(body, {}))


def test_a_usual_answer_takes_the_short_way() -> None:
    body = "Добрый день!\n\nПроверьте **сертификат**:\n\n- раз https://example.org/x\n- **два**"
    assert bodies._simple_blocks(body) is not None
    assert "<ul><li>раз <a href" in render_body(body, "markdown")


def test_text_keeps_lines_and_paragraphs_and_links_addresses() -> None:
    html = render_body("Строка\nвторая <b>\n\nСм. https://example.org/a?b=1&c=(2).", "text")
    assert html == (
        "<p>Строка<br>вторая &lt;b&gt;</p>"
        '<p>См. <a href="https://example.org/a?b=1&amp;c=(2)" rel="nofollow noreferrer">'
        "https://example.org/a?b=1&amp;c=(2)</a>.</p>"
    )


def test_markdown_keeps_what_agents_use() -> None:
    html = render_body("**Да**, так:\n\n1. раз\n2. два\n\n`код` https://example.org/x", "markdown")
    for piece in ("<strong>Да</strong>", "<ol>", "<li>раз</li>", "<code>код</code>"):
        assert piece in html
    assert '<a href="https://example.org/x" rel="nofollow noreferrer">' in html


def test_every_heading_comes_right_below_the_title() -> None:
    html = render_body("# раз\n\n### два\n\nтри\n---\n\n###### четыре", "markdown")
    assert re.findall(r"<(h\d)>", html) == ["h2"] * 4


def test_the_keyboard_reaches_what_scrolls() -> None:
    html = render_body("`x`\n\n```\nкод\n```\n\n| а |\n|---|\n| б |", "markdown")
    assert "<p><code>x" in html
    assert "<pre><code tabindex=0>код" in html and "<table tabindex=0>" in html


def test_what_looks_like_a_tag_in_a_link_stays_a_link() -> None:
    link = "[x](https://example.org/<table><pre><code><h1>)"
    assert_harmless(render_body(link, "markdown"))


def test_a_link_to_an_attachment_leads_to_where_it_is_published() -> None:
    html = render_body(
        "[план](ACCREDO-42/plan.pdf)", "markdown", {"ACCREDO-42/plan.pdf": "plan.pdf"}
    )
    assert html == '<p><a href="plan.pdf" rel="nofollow noreferrer">план</a></p>'


@pytest.mark.parametrize("entity", ["&#8238;", "&#x202e;", "\u202e"])
def test_the_reading_direction_cannot_be_turned(entity: str) -> None:
    assert "\u202e" not in render_body(f"**a** {entity}fdp.exe", "markdown")
