"""A look of `tracker doctor` at GitHub: whether it shows to everybody what is called private."""

from __future__ import annotations

from tracker.core.errors import TrackerError
from tracker.core.findings import Advice, Unchecked, Wrong
from tracker.desk.doctor_github import has_token, is_on_github
from tracker.desk.examination import Examination


def readers(about: Examination) -> str:
    """Whether the host lets those read the repository whom ``repository`` names; empty without a
    token, or where the desk is not on GitHub.
    """
    if not has_token() or not is_on_github(about):
        return ""
    from tracker.desk.github import connect  # the library of GitHub takes a while to load

    try:
        host = connect(about.desk.root)
    except TrackerError as error:
        raise Unchecked(
            f"GitHub does not say who reads the repository: {error.message}", error.hint
        ) from None
    said = about.desk.settings.desk.repository
    if not host.private() and said != "public":
        raise Wrong(
            f"Everybody can read {host.name} on GitHub, and the settings call it private: every "
            "ticket and address is open",
            "Make it private there at once. A desk in the open begins anew with `tracker init "
            "--repository public`: what was pushed stays in the history.",
        )
    if host.private() and said == "public":
        raise Advice(
            f"{host.name} is private on GitHub, and the settings call it public: notes are refused "
            "and addresses sealed for nobody",
            'Set `repository = "private"` in tracker.toml if it shall stay so.',
        )
    return f"{host.name} is {said} on GitHub, as the settings say"
