"""The demo's web server: right pages, never a stale one, and none while the site is rebuilt."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from tracker.demo.web import PortalServer


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[PortalServer]:
    (tmp_path / "index.html").write_text("front", "utf-8")
    (tmp_path / "404.html").write_text("нет такой страницы", "utf-8")
    server = PortalServer(tmp_path, 0)
    server.ready.set()
    server.start()
    yield server
    server.close()


def get(portal: PortalServer, path: str, method: str = "GET") -> tuple[HTTPResponse, str]:
    connection = HTTPConnection("127.0.0.1", portal.port, timeout=30)
    connection.request(method, path)
    response = connection.getresponse()
    text = response.read().decode("utf-8")
    connection.close()
    return response, text


def test_pages_are_never_kept_by_the_browser(portal: PortalServer) -> None:
    response, text = get(portal, "/")
    assert (response.status, text) == (200, "front")
    assert response.headers["Cache-Control"] == "no-store"


def test_an_unknown_page_is_the_portals_own(portal: PortalServer) -> None:
    response, text = get(portal, "/nothing/")
    assert (response.status, text) == (404, "нет такой страницы")
    assert get(portal, "/nothing/", "HEAD")[1] == ""


def test_a_taken_port_gives_way_to_the_next_free(portal: PortalServer, tmp_path: Path) -> None:
    second = PortalServer(tmp_path, portal.port)
    assert second.port > portal.port
    second.close()


def test_a_page_waits_for_the_rebuild(portal: PortalServer, tmp_path: Path) -> None:
    portal.ready.clear()
    found: list[str] = []
    reader = threading.Thread(target=lambda: found.append(get(portal, "/")[1]))
    reader.start()
    (tmp_path / "index.html").write_text("new", "utf-8")
    portal.ready.set()
    reader.join(30)
    assert found == ["new"]
