"""``tracker login``: signing in to the mailbox at Google or Microsoft."""

from __future__ import annotations

import json
from pathlib import Path

import click

from tracker.adapters.environment import OAUTH_REFRESH_TOKEN
from tracker.cli.common import clean, json_option, note, open_desk
from tracker.core.errors import TrackerError
from tracker.core.signing_in import DeviceCode

_MICROSOFT_DAYS = (
    "Microsoft ends it 90 days after this sign-in: do it again before, or let the desk sign in as "
    "an application (see the guide on OAuth)."
)


@click.command()
@click.option("--device/--browser", default=None, help="Enter a code, or allow it on a page.")
@click.option("--paste", is_flag=True, help="The browser runs elsewhere: paste its last address.")
@click.option("--github", is_flag=True, help="Show how to store it as a secret on GitHub.")
@json_option
@click.pass_obj
def login(folder: Path, device: bool | None, paste: bool, github: bool, as_json: bool) -> None:
    """Sign in to the mailbox once; print the refresh token that the job then needs.

    For `auth = "microsoft"` or `"google"` in tracker.toml. Microsoft shows a code to enter on any
    machine; Google gives mail only to a browser, on this machine or, with --paste, on another.

    Sign in as the mailbox, not as yourself. Nothing is stored: the token is printed once, and it
    belongs where the job gets its secrets.

    Needs TRACKER_OAUTH_CLIENT_ID, and TRACKER_OAUTH_CLIENT_SECRET where the client has one.

    \b
    Examples:
      tracker login
      tracker login --paste                     # over SSH
      tracker login --github
      tracker login --json
    """
    from tracker.desk.login import login_of, opens_mailbox

    desk = open_desk(folder)
    sign_in = login_of(desk)
    if device is None:
        device = sign_in.provider.name == "microsoft" and not paste
    say = _Words(sign_in.user, as_json)
    if device:
        token = sign_in.by_device(say.code)
    elif paste:
        token = sign_in.by_pasting(say.ask)
    else:
        token = sign_in.by_browser(say.page)
    if as_json:
        click.echo(json.dumps({"variable": OAUTH_REFRESH_TOKEN, "refresh_token": token.refresh}))
    else:
        _tell(token.refresh, desk.root, github=github)
        if sign_in.provider.name == "microsoft":
            note(_MICROSOFT_DAYS)
    try:
        opens_mailbox(desk, sign_in, token)
    except TrackerError as error:
        raise TrackerError(f"Signed in, but {error.message}", error.hint) from None
    note("The mailbox opens with it.")


class _Words:
    """What the person is told meanwhile; with JSON, one object a line."""

    def __init__(self, user: str, as_json: bool) -> None:
        self._user, self._as_json = user, as_json

    def code(self, code: DeviceCode) -> None:
        if self._as_json:
            shown = {"address": code.address, "user_code": code.user, "seconds": code.seconds}
            click.echo(json.dumps(shown))
            return
        note(f"Open {clean(code.address)} and enter the code  {clean(code.user)}")
        note(f"Sign in there as {self._user}. Waiting, {code.seconds / 60:.0f} minutes at most …")

    def page(self, address: str) -> None:
        if self._as_json:
            click.echo(json.dumps({"address": address}))
            return
        note(f"Open this in a browser of this machine and sign in as {self._user}:\n\n{address}\n")

    def ask(self, address: str) -> str:
        self.page(address)
        note("At the end the browser finds nothing at 127.0.0.1; that is right.")
        words = "Paste the address it shows then"
        return str(click.prompt(words, err=True, hide_input=True))


def _tell(refresh: str, root: Path, *, github: bool) -> None:
    note("Signed in. This is shown once; it opens the mailbox, so keep it as you keep passwords.")
    if github:
        from tracker.desk.github import environment_of

        click.echo(f"{refresh}\n")
        environment = environment_of(root)
        where = f" --env {environment}" if environment else ""
        note("Store it and the client with these, which ask for the value:")
        for name in ("REFRESH_TOKEN", "CLIENT_ID", "CLIENT_SECRET"):
            note(f"    gh secret set TRACKER_OAUTH_{name}{where}")
        return
    click.echo(f"export {OAUTH_REFRESH_TOKEN}={refresh}")
    note("Put it where the job gets its secrets, such as /etc/tracker/desk.env (mode 600).")
