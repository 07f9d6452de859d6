"""``tracker doctor``: what the desk still needs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tracker.cli.common import clean, echo_json, json_option, note, open_desk
from tracker.core.errors import MENDABLE

_SHOWN: dict[str, tuple[str, str]] = {
    "ok": ("ok  ", "green"),
    "advice": ("NOTE", "yellow"),
    "unchecked": ("?   ", "yellow"),
    "wrong": ("FAIL", "red"),
}


@click.command()
@click.option("--send-test", is_flag=True, help="Send a letter to the desk and wait for it.")
@click.option(
    "--wait",
    metavar="SECONDS",
    type=click.FloatRange(min=1),
    default=120.0,
    show_default=True,
    help="How long the letter of --send-test may take.",
)
@click.option(
    "--resolver",
    metavar="HOST[:PORT]",
    default="",
    help="Ask this DNS server instead of the system's; `none` asks nobody.",
)
@json_option
@click.pass_obj
def doctor(folder: Path, send_test: bool, wait: float, resolver: str, as_json: bool) -> None:
    """Look at everything an owner can get wrong; say the mend of each in one line.

    Settings, tickets, Git and its remote, secrets, mailbox, rights, sending, certificates, clock,
    loops, DNS (MX, SPF, DKIM, DMARC), schedule, portal. Changes nothing, sends nothing.

    With --send-test it sends one letter from the desk to the desk, waits until it arrives, reads
    what the provider made of it, and takes it away. It never becomes a ticket, and is never
    answered.

    Exit status 1 if something is wrong; advice, and what can't be checked from here, is no fault.

    \b
    Examples:
      tracker doctor
      tracker doctor --send-test
      tracker doctor --resolver 9.9.9.9 --json
    """
    from tracker.adapters.dns import Resolver
    from tracker.desk.doctor import examine

    asked = Resolver(resolver)
    findings = examine(folder, asked)
    if send_test and findings[0].subject != "desk":
        from tracker.desk.round_trip import round_trip

        if not as_json:
            note(f"A letter is on its way to the desk; waiting {wait:.0f} s at most …")
        findings += round_trip(open_desk(folder), asked, wait)
    if as_json:
        echo_json({"findings": [one.as_json() for one in findings]})
    else:
        for one in findings:
            mark, colour = _SHOWN[one.level]
            click.echo(f"{click.style(mark, colour)} {one.subject}: {clean(one.message)}")
            if one.hint:
                click.echo(f"     {clean(one.hint)}")
    sys.exit(0 if all(one.ok for one in findings) else MENDABLE)
