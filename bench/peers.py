"""The same tickets in other generators: each a page of MkDocs, or of Hugo with a minimal theme."""

from __future__ import annotations

import shutil
from pathlib import Path

_PLAIN = """\
site_name: Tickets
site_url: https://help.example.org/
theme:
  name: material
  language: ru
  font: false
plugins: [search]
"""
_WITHOUT_NAVIGATION = "not_in_nav: /tickets/\n"
_HUGO = """\
baseURL = "https://help.example.org/"
languageCode = "ru"
title = "Tickets"
disableKinds = ["taxonomy", "term", "RSS"]
"""
_PAGE = """\
<!doctype html><html lang="ru"><meta charset="utf-8"><title>{{ .Title }}</title>
<link rel="stylesheet" href="/style.css"><header><a href="/">{{ .Site.Title }}</a></header>
<main><h1>{{ .Title }}</h1><p>{{ .Params.id }} {{ .Params.status }} {{ .Params.requester }}</p>
{{ .Content }}</main></html>
"""
_LIST = """\
<!doctype html><html lang="ru"><meta charset="utf-8"><title>{{ .Title }}</title>
<link rel="stylesheet" href="/style.css"><main><h1>{{ .Title }}</h1><ul>
{{ range (.Paginate .Pages 100).Pages }}<li><a href="{{ .RelPermalink }}">{{ .Params.id }}</a>
{{ .Title }} {{ .Params.status }}</li>{{ end }}</ul>
{{ template "_internal/pagination.html" . }}</main></html>
"""


def make_plain(root: Path, desk: Path, navigation: bool) -> None:
    """Put the same tickets into a plain MkDocs site, each a page.

    ``navigation`` leaves MkDocs to list every page in every page's navigation, as it does by
    itself; that grows with the square of the tickets.
    """
    (root / "docs").mkdir(parents=True)
    (root / "docs" / "index.md").write_text("# Tickets\n")
    shutil.copytree(desk / "tickets", root / "docs" / "tickets")
    (root / "mkdocs.yml").write_text(_PLAIN + ("" if navigation else _WITHOUT_NAVIGATION), "utf-8")


def make_hugo(root: Path, desk: Path) -> None:
    """Put the same tickets into a Hugo site: a page each, and lists of a hundred."""
    (root / "static").mkdir(parents=True)
    (root / "static" / "style.css").write_text("body { max-width: 50rem; margin: auto }\n")
    shutil.copytree(desk / "tickets", root / "content" / "tickets")
    layouts = root / "layouts" / "_default"
    layouts.mkdir(parents=True)
    (layouts / "single.html").write_text(_PAGE, "utf-8")
    (layouts / "list.html").write_text(_LIST, "utf-8")
    (root / "config.toml").write_text(_HUGO, "utf-8")
