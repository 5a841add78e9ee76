"""Addresses of git repositories, and the host keys that pin a server.

Sources: https://git-scm.com/docs/git-clone#_git_urls and the section SSH_KNOWN_HOSTS FILE FORMAT of
https://man.openbsd.org/sshd.8.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

SSH_PORT, HTTPS_PORT = 22, 443
ED25519_BYTES = 32
_URL = re.compile(
    r"(?P<scheme>https|ssh)://(?:(?P<user>.*)@)?(?P<host>[A-Za-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?/(?P<path>\S+)"
)
_SCP = re.compile(r"(?P<user>[A-Za-z0-9_.-]+)@(?P<host>[A-Za-z0-9.-]+):(?P<path>[^\s:]+)")


@dataclass(frozen=True)
class GitServer:
    """The server in an address: protocol ``https`` or ``ssh``, user, host and TCP port."""

    protocol: str
    user: str
    host: str
    port: int
    path: str


def git_server(address: str) -> GitServer | None:
    """The server in the address of a repository; None when git could not read the address.

    >>> git_server("ssh://git@git.example.com:2222/team/dags.git").port
    2222
    """
    match = _URL.fullmatch(address)
    if match:
        port = int(match["port"] or (SSH_PORT if match["scheme"] == "ssh" else HTTPS_PORT))
        return GitServer(match["scheme"], match["user"] or "", match["host"].lower(), port, match["path"])
    match = _SCP.fullmatch(address)
    return GitServer("ssh", match["user"], match["host"].lower(), SSH_PORT, match["path"]) if match else None


def problem_in_address(address: str) -> tuple[str, str] | None:
    """The problem with an address and the fix; None when git can read the address and it contains no password."""
    server = git_server(address)
    if server is None:
        return "must be a git address, https://host/path.git or git@host:path.git", ""
    if ":" in server.user or (server.protocol == "https" and server.user):
        return "must not contain a user or password", "use a deploy key over SSH"
    if re.search(r"[?#]", server.path):
        return "must not contain a query, which could hold a token", "remove everything from '?' or '#'"
    if not re.fullmatch(r"[A-Za-z0-9_.~/+%@=,-]+", server.path) or not re.fullmatch(r"[A-Za-z0-9_.-]*", server.user):
        return "must consist of letters, digits and / . _ - ~ + % @ = ,", ""
    if ".." in server.path.split("/"):
        return "must not contain the folder '..'", "write the path that the server shows"
    return None if 1 <= server.port <= 65535 else ("must have a port of 1 to 65535", "")


def problem_in_host_key(line: str) -> tuple[str, str] | None:
    """The problem with a line of a known_hosts file and the fix; None when it contains a public key of its type."""
    parts = line.split()
    copy = "copy the line that the operator of the server publishes"
    if len(parts) < 3:
        return "must be a line of a known_hosts file: host, type of the key, key", copy
    try:
        fields = list(_wire_fields(base64.b64decode(parts[2], validate=True)))
    except (binascii.Error, ValueError):
        return "must contain a complete key in base64", copy
    if len(fields) < 2 or fields[0] != parts[1].encode():
        return f"must contain a key of the type {parts[1][:40]}", copy
    if parts[1] == "ssh-ed25519" and len(fields[1]) != ED25519_BYTES:
        return f"must contain a key of {ED25519_BYTES} bytes", copy
    return None


def _wire_fields(blob: bytes) -> Iterator[bytes]:
    """The length-prefixed fields of a public key (RFC 4253, section 6.6)."""
    while blob:
        end = 4 + int.from_bytes(blob[:4], "big")
        if len(blob) < max(end, 5):
            raise ValueError("the key is cut off")
        yield blob[4:end]
        blob = blob[end:]


def names_host(line: str, server: GitServer) -> bool:
    """Tell whether a line of a known_hosts file, hashed or not, names ``server``."""
    wanted = server.host if server.port == SSH_PORT else f"[{server.host}]:{server.port}"
    names = line.split(maxsplit=1)[0]
    if names.startswith("|1|"):
        return _hash_matches(names, wanted)
    patterns = names.lower().split(",")
    if any(pattern[0:1] == "!" and fnmatchcase(wanted, _literal_brackets(pattern[1:])) for pattern in patterns):
        return False
    return any(fnmatchcase(wanted, _literal_brackets(pattern)) for pattern in patterns)


def _literal_brackets(pattern: str) -> str:
    """``pattern`` for fnmatch, which reads ``[host]`` as a set of characters, unlike known_hosts."""
    return pattern.replace("[", "[[]")


def _hash_matches(names: str, wanted: str) -> bool:
    try:
        _, _, salt, digest = names.split("|")
        expected = hmac.new(base64.b64decode(salt), wanted.encode(), hashlib.sha1).digest()
        return hmac.compare_digest(expected, base64.b64decode(digest))
    except (ValueError, binascii.Error):
        return False
