"""Dovecot's settings for the tests, in the words of 2.3 and of 2.4."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .dovecot import Dovecot

_COMMON = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
listen = 127.0.0.1
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
auth_failure_delay = 0
mail_fsync = never
first_valid_uid = 1
first_valid_gid = 1
mail_max_userip_connections = 100
default_process_limit = 200
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
}}
"""
_V23 = """
protocols = imap
disable_plaintext_auth = no
mail_home = {folder}/home/%u
mail_location = maildir:~/Maildir
{oauth}passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home/%u
}}
"""
_V24 = """
protocols {{
  imap = yes
}}
auth_allow_cleartext = yes
mail_home = {folder}/home/%{{user}}
mail_driver = maildir
mail_path = ~/Maildir
{oauth}passdb static {{
  password = {password}
}}
userdb static {{
  fields {{
    uid = {user}
    gid = {group}
    home = {folder}/home/%{{user}}
  }}
}}
"""


def settings(version: str, folder: Path, server: Dovecot) -> str:
    """Return the whole configuration file for the given ``dovecot --version``."""
    number = version.split()[0]
    modern = tuple(int(part) for part in number.split(".")[:2]) >= (2, 4)
    text = (_COMMON + (_V24 if modern else _V23)).format(
        folder=folder,
        user=server.user_name,
        group=server.group_name,
        port=server.port,
        tls_port=server.tls_port,
        password="secret",
        oauth=_oauth(modern, folder, server),
    )
    head = f"dovecot_config_version = {number}\ndovecot_storage_version = {number}\n"
    return (head if modern else "") + text + _tls(modern, server) + server.extra


def _oauth(modern: bool, folder: Path, server: Dovecot) -> str:
    """Access tokens are shown to a token server, which says whose they are."""
    if not server.introspection:
        return ""
    head = "auth_mechanisms = plain login xoauth2 oauthbearer\n"
    asking = (
        f"introspection_mode = auth\nintrospection_url = {server.introspection}\n"
        "active_attribute = active\nactive_value = true\nusername_attribute = email\n"
    )
    if modern:
        return f"{head}oauth2 {{\n{asking}}}\npassdb oauth2 {{\n}}\n"
    # Without caching: a token that is revoked is refused at once.
    (folder / "oauth2.conf").write_text(asking)
    return (
        f"{head}passdb {{\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n"
        f"  args = {folder}/oauth2.conf\n}}\n"
    )


def _tls(modern: bool, server: Dovecot) -> str:
    if server.certificates is None:
        return "ssl = no\n"
    names = ("ssl_server_cert_file", "ssl_server_key_file") if modern else ("ssl_cert", "ssl_key")
    mark = "" if modern else "<"
    return (
        f"ssl = yes\n{names[0]} = {mark}{server.certificates.certificate}\n"
        f"{names[1]} = {mark}{server.certificates.key}\n"
    )
