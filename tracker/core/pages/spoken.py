"""What the viewer of a private portal says, by the names that its scripts ask for.

A place is written ``{name}``, since a script fills it; a line break begins a new paragraph.
"""

from __future__ import annotations

from tracker.core.pages.html import STATUS_NAMES
from tracker.core.texts import Texts


def spoken(words: Texts) -> dict[str, str]:
    """Return every sentence in one language."""
    statuses = {f"status-{status}": words._(name) for status, name in STATUS_NAMES.items()}
    return {
        **statuses,
        **_pages(words),
        **_access(words),
        **_passwords(words),
        **_letters(words),
        **_requests(words),
        **_problems(words),
    }


def _pages(words: Texts) -> dict[str, str]:
    return {
        "requests": words._("My requests"),
        "all-requests": words._("Requests"),
        "access": words._("Access to my requests"),
        "loading": words._("Opening your requests…"),
        "parts": words._("Opening your requests: {done} of {all}"),
        "working": words._("Working: this takes some seconds."),
        "again": words._("Try again"),
        "show": words._("Show"),
        "hide": words._("Hide"),
        "copy": words._("Copy"),
        "copied": words._("Copied"),
        "fill": words._("Fill this in, please."),
        "no-address": words._("This is no mail address: write it as name@example.org."),
    }


def _access(words: Texts) -> dict[str, str]:
    return {
        "sign-in": words._("Sign in"),
        "sign-in-why": words._(
            "Your requests lie here encrypted. Your address and your password open them, in this "
            "browser only."
        ),
        "address": words._("Mail address"),
        "password": words._("Password"),
        "remember": words._("Remember me on this device"),
        "remember-hint": words._("Only on a device of your own."),
        "no-password": words._("First time here, or the password is forgotten"),
        "sign-out": words._("Sign out"),
        "signed-out": words._("You are signed out. Nothing of your requests stays on this device."),
        "first-title": words._("First time here"),
        "first-how": words._(
            "Write to us. With the number of your first request comes a letter “Activate my "
            "account”; its button opens your requests."
        ),
        "restore-title": words._("A new link"),
        "restore-how": words._(
            "If the password is forgotten or the link is too old, send us this letter from your "
            "own address. A letter with a new link comes back, to that address only. Your present "
            "password works until you set another."
        ),
        "restore-subject": words._("/access"),
        "restore-limit": words._("At most three letters an hour and five a day."),
        "have-title": words._("I have a password"),
        "activate": words._("Activate my account"),
        "activate-why": words._(
            "Choose how you will sign in. Nothing happens before you press a button."
        ),
        "take": words._("Take the ready passphrase"),
        "take-title": words._("Ready passphrase"),
        "take-why": words._("It is strong, works at once and on every device. Nothing is sent."),
        "own": words._("Choose a password"),
        "own-title": words._("A password of your own"),
        "own-why": words._("You think it up, and one letter tells the desk of it."),
        "own-for": words._("You will sign in as {address} with it."),
        "passphrase": words._("Passphrase"),
        "manager": words._("For the browser's password manager"),
        "ready-title": words._("Your passphrase"),
        "ready-why": words._(
            "Sign in as {address} with it, on any device. Write it down, or let the browser keep "
            "it: it is shown here only as long as the link works."
        ),
        "ready-works": words._(
            "You can change it into a password of your own at any time, under “Change password”."
        ),
        "ready-done": words._("I have kept it: open my requests"),
    }


def _passwords(words: Texts) -> dict[str, str]:
    return {
        "new-password": words._("New password"),
        "present-password": words._("Present password"),
        "repeat": words._("Once more"),
        "strength": words._("Strength"),
        "weak": words._("Too weak"),
        "enough": words._("Good"),
        "strong": words._("Strong"),
        "advice": words._(
            "Several unusual words are strong and easy to remember. No names, dates or rows of "
            "keys."
        ),
        "propose": words._("Propose one"),
        "proposed": words._("A strong password stands in both fields. Write it down."),
        "too-weak": words._("This password could be guessed. Add words that nobody expects."),
        "not-the-same": words._("The two are not the same."),
        "use-password": words._("Use this password"),
        "change": words._("Change password"),
        "change-why": words._(
            "You sign in as {address}. One letter tells the desk of the new password."
        ),
    }


def _letters(words: Texts) -> dict[str, str]:
    return {
        "write": words._("Open the letter in my mail program"),
        "copy-instead": words._("Or copy the letter"),
        "to": words._("To"),
        "subject": words._("Subject"),
        "letter": words._("Letter"),
        "send": words._("Send now"),
        "sending": words._("Sending…"),
        "sent": words._("Sent."),
        "not-sent": words._(
            "It is not sure that it was sent. Send it by mail: twice does no harm."
        ),
        "send-title": words._("One more step: the letter"),
        "send-why": words._(
            "The desk learns of your password by this letter. It is sealed: nobody can read the "
            "password in it. Send it as it is."
        ),
        "registration-subject": words._("My new password"),
        "registration-hello": words._("This letter was made by the portal. Send it as it is."),
        "next-title": words._("What happens next"),
        "next-read": words._("The desk reads the letter, mostly within minutes."),
        "next-works": words._("Then {address} and the new password open your requests everywhere."),
        "next-until": words._(
            "Until then you are signed in on this device only; keep this page, or have the device "
            "remember you."
        ),
        "next-old": words._("Former passwords and links stop working with it."),
        "open-requests": words._("Open my requests"),
        "pending": words._("Your new password works as soon as the desk has read your letter."),
        "check-now": words._("Look now"),
        "letter-again": words._("The letter again"),
        "not-yet": words._("The desk has not read the letter yet."),
        "answered": words._("Your new password works now."),
    }


def _requests(words: Texts) -> dict[str, str]:
    return {
        "new": words._("New request"),
        "refresh": words._("Refresh"),
        "refreshed": words._("This is the newest state."),
        "by-status": words._("Requests by status"),
        "queues": words._("Queues"),
        "tab-open": words._("Open"),
        "tab-closed": words._("Closed"),
        "tab-any": words._("Any"),
        "tab-unassigned": words._("Unassigned"),
        "tab-mine": words._("Mine"),
        "tab-to-answer": words._("Waiting for us"),
        "tab-waiting": words._("Waiting for the requester"),
        "tab-overdue": words._("Overdue"),
        "column-number": words._("Number"),
        "column-title": words._("Subject"),
        "column-status": words._("Status"),
        "column-requester": words._("From"),
        "column-updated": words._("Updated"),
        "sorted-up": words._("Sorted by {column}, upwards"),
        "sorted-down": words._("Sorted by {column}, downwards"),
        "search": words._("Search in these requests"),
        "nothing-found": words._("Nothing was found."),
        "no-requests": words._("There are no requests here."),
        "more": words._("Show more ({n})"),
        "not-yours": words._(
            "{id} is not among these requests. It may be somebody else's, or very new."
        ),
        "came": words._("The request goes on here. Under its old number it can still be read:"),
        "some-parts": words._("A part of the requests can't be shown just now."),
        "opening": words._("Opening {name}…"),
        "saved": words._("{name} was saved."),
        "no-file": words._("not on the portal"),
    }


def _problems(words: Texts) -> dict[str, str]:
    wrong = words._("Nothing opens with this address and this password.")
    check = words._("Look at both: small and capital letters, the language of the keyboard.")
    older = words._(
        "A password that you chose just now works once the desk has read your letter; until then "
        "the former one does. If you don't know it any more, ask for a new link: nothing is lost."
    )
    soon = words._("Try again in a few minutes; nothing is lost.")
    otherwise = words._("Or write to us: every answer also comes by mail.")
    newer = words._("Use a present Firefox, Chrome, Edge or Safari.")
    return {
        "problem-wrong": f"{wrong} {check}",
        "problem-wrong-often": f"{wrong} {check}\n{older}",
        "problem-offline": words._("The portal can't be reached. Is this device online?"),
        "problem-missing": words._(
            "The portal has this file no more or not yet. It may be being brought up to date, or "
            "the password was changed on another device: then sign in with the new one."
        )
        + f"\n{soon}",
        "problem-server": words._("The portal does not answer properly.") + f" {soon}",
        "problem-altered": words._(
            "A file of the portal was changed or cut on its way. Nothing of it is shown."
        )
        + f"\n{soon}",
        "problem-version": words._("The portal has a newer version. Load this page anew."),
        "problem-memory": words._(
            "This device has too little free memory to check the password. Close other programs "
            "and try again."
        ),
        "problem-worker": words._(
            "The browser did not start the part that checks the password. Load this page anew, and "
            "let add-ons allow it."
        ),
        "problem-unsupported": words._("This browser can't open encrypted requests.")
        + f" {newer}\n{otherwise}",
        "problem-insecure": words._(
            "Encrypted requests open only at an address that begins with https://."
        )
        + f"\n{otherwise}",
        "problem-framed": words._(
            "This page does not open inside another one. Open the portal by its own address."
        ),
        "problem-storage": words._(
            "This browser keeps nothing here (a private window?): you will be asked for the "
            "password next time."
        ),
        "problem-older": words._(
            "The portal shows an older state than this device saw before. If it stays so, tell us."
        ),
        "problem-link": words._(
            "This link is not whole: mail programs sometimes break long ones. Press the button of "
            "the letter, or copy all of the link."
        ),
        "problem-used": words._(
            "This link works no more: it is older than seven days, a newer one took its place, or "
            "a password was chosen with it."
        )
        + "\n"
        + words._("If the letter came just now, the portal may need a few minutes: try again."),
        "problem-expired": words._("This link worked until {until}."),
        "problem-unknown": words._("Something unforeseen went wrong. Load this page anew.")
        + f"\n{otherwise}",
    }
