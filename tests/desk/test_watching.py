"""The loop of `watch` in this process: the test holds its clocks, and acts on what it tells."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.desk.conftest import RealDesk, letter
from tests.servers import Dovecot, Mailbox, Proxy, TokenServer
from tests.servers.tokens import CLIENT, CLIENT_SECRET, REFRESH
from tracker.adapters import idle
from tracker.adapters.stopping import Stop
from tracker.core.errors import TrackerError
from tracker.desk.watch import Surroundings, Watcher

pytestmark = pytest.mark.servers


class World:
    """What a Watcher lives in; ``on`` says what happens when an event is told."""

    def __init__(self) -> None:
        self.stop = Stop()
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.ahead = 0.0
        self.on: Callable[[str, int], None] = lambda name, count: None
        self.promises: list[float] = []

    def tell(self, event: str, **details: Any) -> None:
        self.told.append((event, details))
        self.on(event, self.names().count(event))

    def names(self) -> list[str]:
        return [name for name, _ in self.told]

    def follow(self, desk: RealDesk, every: float = 3600.0) -> None:
        chance = random.Random(1).random
        wall = lambda: time.time() + self.ahead  # noqa: E731
        around = Surroundings(self.tell, self.promises.append, wall, time.monotonic, chance)
        Watcher(desk.root, self.stop, around, every=every).run()


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.stop.close()


def test_after_a_laptop_s_sleep_it_connects_at_once(desk: RealDesk, world: World) -> None:
    """The old line has not fallen: it would have been believed for minutes."""

    def on(name: str, count: int) -> None:
        if name == "connected" and count == 1:
            world.ahead += 8 * 3600
        elif name == "slept":
            desk.mailbox.append(letter("ivan"))
        elif name == "round":
            world.stop.ask()

    world.on = on
    world.follow(desk)
    wanted = ["started", "connected", "slept", "connected", "round", "stopping", "stopped"]
    assert world.names() == wanted
    assert world.told[2][1] == {"seconds": 8 * 3600}
    assert max(world.promises) == 3600


def test_a_server_without_idle(
    desk_of: Callable[..., RealDesk], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle, "POLL_SECONDS", 0.05)
    with Dovecot(extra="imap_capability = IMAP4rev1 LITERAL+ UIDPLUS\n") as server:
        desk = desk_of()
        mailbox = Mailbox(server, server.new_user())
        file = desk.root / "tracker.toml"
        file.write_text(file.read_text().replace(desk.mailbox.url, mailbox.url))

        def on(name: str, count: int) -> None:
            if name == "connected":
                assert world.told[-1][1]["idle"] is False
                mailbox.append(letter("ivan"))
            elif name == "round" and count == 1:
                mailbox.append(letter("olga"))
            elif name == "round":
                world.stop.ask()

        world.on = on
        world.follow(desk)
    assert len(desk.tickets()) == 2


def test_a_remote_that_is_away_and_comes_back(desk: RealDesk, world: World) -> None:
    assert desk.remote is not None
    gone = desk.remote.with_name("gone.git")
    remote = desk.remote

    def on(name: str, count: int) -> None:
        if name == "connected":
            remote.rename(gone)
            desk.mailbox.append(letter("ivan"))
        elif name == "fault" and count == 3:
            gone.rename(remote)
        elif name == "round":
            world.stop.ask()

    world.on = on
    world.follow(desk)
    pauses = [details["pause"] for name, details in world.told if name == "fault"]
    assert pauses[0] <= 0.5
    assert pauses[2] >= 1.0
    assert len(desk.tickets()) == 1


def test_a_cut_line_is_told_with_its_mend(desk: RealDesk, world: World) -> None:
    with Proxy(desk.mailbox.server.port) as line:
        file = desk.root / "tracker.toml"
        real, by_line = f":{desk.mailbox.server.port}", f":{line.port}"
        file.write_text(file.read_text().replace(real, by_line))

        def on(name: str, count: int) -> None:
            if name == "connected" and count == 1:
                line.cut()
            elif name == "connected":
                world.stop.ask()

        world.on = on
        world.follow(desk)
    (lost,) = [details for name, details in world.told if name == "disconnected"]
    assert lost["message"].startswith("IMAP: 127.0.0.1")
    assert lost["hint"]


def test_a_desk_without_a_mailbox_still_answers(desk: RealDesk, world: World) -> None:
    file = desk.root / "tracker.toml"
    text = file.read_text()
    file.write_text(text.replace(f'imap = "{desk.mailbox.url}"', ""))
    assert "imap =" not in file.read_text()
    world.on = lambda name, count: world.stop.ask() if name == "round" else None
    world.follow(desk)
    assert "No mailbox is read" in str(world.told)


def test_one_access_token_serves_the_line_and_all_rounds(
    desk: RealDesk,
    world: World,
    token_server: TokenServer,
    dovecot_oauth: Dovecot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user = "support@example.org"
    monkeypatch.setenv("TRACKER_OAUTH_CLIENT_ID", CLIENT)
    monkeypatch.setenv("TRACKER_OAUTH_CLIENT_SECRET", CLIENT_SECRET)
    monkeypatch.setenv("TRACKER_OAUTH_REFRESH_TOKEN", REFRESH)
    file = desk.root / "tracker.toml"
    url = f"imap://support%40example.org@127.0.0.1:{dovecot_oauth.port}"
    oauth = f'[mailbox]\nauth = "google"\noauth_url = "{token_server.url}"\n'
    text = file.read_text().replace(desk.mailbox.url, url).replace("[mailbox]\n", oauth)
    file.write_text(text)

    def on(name: str, count: int) -> None:
        if name == "connected" or (name == "round" and count < 3):
            dovecot_oauth.append_many(user, [letter(f"{name}{count}", count)])
        elif name == "round":
            world.stop.ask()

    world.on = on
    world.follow(desk)
    assert len(desk.tickets()) == 3
    assert token_server.grants() == ["refresh_token"]


def test_no_desk_at_all(desk: RealDesk, world: World) -> None:
    (desk.root / "tracker.toml").write_text("[desk]\n")
    with pytest.raises(TrackerError):
        world.follow(desk)
    assert world.told == []
