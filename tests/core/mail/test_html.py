"""HTML becomes Markdown that shows the same words and nothing live."""

import html
import re

import markdown
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tracker.core.mail.html import html_to_markdown, stripped
from tracker.core.mail.markdown import safe_url, text_to_markdown

EXTENSIONS = ["tables", "fenced_code", "sane_lists", "footnotes", "def_list", "abbr", "admonition"]
SPECIAL = "\\`*_{}[]()<>#+-.!|~^=:&;/?$%@\"' \nabб1"
TAG = re.compile(r"<(/?[a-z0-9]+)[^>]*>")


def rendered(text: str) -> str:
    return markdown.markdown(text, extensions=EXTENSIONS)


def words(text: str) -> str:
    return " ".join(html.unescape(TAG.sub("", text)).split())


@given(st.text(SPECIAL, max_size=60))
@example("&lt;script&gt;")
@example("&#1")
@example("1. a")
@example("a\n===")
@example("~~~\nx")
@example("[x](javascript:a)")
@example("!!! note")
@example(": a")
@example("*[a]: b")
@example("[^1]: x")
@settings(max_examples=120, deadline=None)
def test_words_are_shown_as_they_are(text: str) -> None:
    """Any text in a paragraph is shown as that text, in a paragraph."""
    shown = rendered(html_to_markdown(f"<p>{html.escape(text)}</p>"))
    assert words(shown) == " ".join(text.split())
    assert {tag.strip("/") for tag in TAG.findall(shown)} <= {"p"}


@given(st.text(SPECIAL, max_size=60))
@settings(max_examples=80, deadline=None)
def test_plain_text_as_markdown_is_not_live(text: str) -> None:
    """Plain text joined with HTML keeps its words; only quotations become blocks."""
    shown = rendered(text_to_markdown(text))
    assert {tag.strip("/") for tag in TAG.findall(shown)} <= {"p", "br", "blockquote"}


@given(
    st.lists(
        st.sampled_from(["&", "lt;", "<b>", "</b>", "<i>", "script>", "<br>", "~", "#", "x", " "])
    )
)
@settings(max_examples=80, deadline=None)
def test_no_tag_arises_from_pieces(pieces: list[str]) -> None:
    """Text that tags cut into pieces forms no tag either."""
    shown = rendered(html_to_markdown("<p>" + "".join(pieces)))
    assert {tag.strip("/") for tag in TAG.findall(shown)} <= {"p", "br", "strong", "em"}


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " jAvAsCrIpT:alert(1)",
        "java\tscript:alert(1)",
        "\x01javascript:x",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//example.org",
        "attachment:secret",
        "http:" + "x" * 3000,
    ],
)
def test_unsafe_urls(url: str) -> None:
    """Only links to follow are links."""
    assert safe_url(url) == ""
    assert html_to_markdown(f'<a href="{html.escape(url)}">x</a>') == "x"


def test_url_stays_inside_its_link() -> None:
    """Brackets and quotes of a URL can't end it."""
    text = html_to_markdown('<a href="https://e.org/a_(b)[c]&quot; onclick=&quot;x">t</a>')
    assert text == "[t](https://e.org/a_%28b%29%5Bc%5D%22%20onclick=%22x)"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<h1>a</h1><h2>b</h2><h6>c</h6>", "#### a\n\n##### b\n\n###### c"),
        ("a<br>b<br><br>c", "a  \nb\n\nc"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("<ol><li>a<li>b</ol>", "1.  a\n2.  b"),
        ("<ul><li>a<ul><li>b</ul></ul>", "-   a\n\n    -   b"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n\n> > b"),
        ("<b> a </b>b", "**a** b"),
        ("<b></b>a", "a"),
        ("<table><tr><td>a<td>b<tr><td>c<td>d</table>", "a | b  \nc | d"),
        ("<table><tr><td><p>a</p><p>b</p></td><td>c</td></table>", "a\n\nb\n\nc"),
        ("<pre>a\n b</pre>", "a  \nb"),
        ("<a href='mailto:a@b'>a@b</a>", "a@b"),
        ("<a href='https://e.org'><div>a</div><div>b</div></a>", "a  \nb  \n[↗](https://e.org)"),
        ("a<hr>b", "a\n\n* * *\n\nb"),
        ("<img src='http://e.org/pixel.gif'>a", "a"),
        ("<img src='http://e.org/x.gif' alt='Logo'>", "\\[Logo\\]"),
        ("<img src='cid:x' alt='a]b'>", "![a\\]b](attachment:%D1%8F.png)"),
        ("<div class='gmail_signature'>I</div>", ""),
    ],
)
def test_blocks(source: str, expected: str) -> None:
    """Blocks of HTML and the Markdown they become."""
    text = html_to_markdown(source, {"x": "я.png"})
    assert text == (expected or "\\--  \nI")


@pytest.mark.parametrize(
    "style", ["display: none", "visibility:hidden", "mso-hide:all", "font-size:0px"]
)
def test_hidden(style: str) -> None:
    """Hidden elements are dropped while others are shown."""
    assert html_to_markdown(f"<p style='{style}'>no</p><p>yes</p>") == "yes"


def test_stripped_is_escaped() -> None:
    """The last resort escapes as well."""
    assert stripped("<script>x</script><b>&lt;i&gt; *a*") == "&lt;i> \\*a\\*"
