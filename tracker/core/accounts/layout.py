"""Where sealed files lie: on the site, and on the way there."""

from __future__ import annotations

FOLDER = "private"
"""The folder of the site, and of the sealed files, that holds them."""
SEALED = ".tracker/sealed"
"""Where the sealed files wait for the generator, below the desk's folder."""
COMPLETE = "complete"
"""The file there that says the sealed files are whole."""
CANARIES = "canaries.json"
"""The file there that keeps the random words which the scan looks for."""
STATE = "state.sqlite"
"""The file there that remembers what each sealed file was made of."""


def bundle_path(name: str) -> str:
    """Return the path of a bundle on the site."""
    return f"{FOLDER}/b/{name}"


def login_path(locator: str) -> str:
    """Return the path of a login file on the site."""
    return f"{FOLDER}/l/{locator}"


def activation_path(name: str) -> str:
    """Return the path of an activation blob on the site."""
    return f"{FOLDER}/a/{name}"


def attachment_path(name: str) -> str:
    """Return the path of an attachment on the site."""
    return f"{FOLDER}/f/{name}"
