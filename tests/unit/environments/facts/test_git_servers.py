"""Git addresses, and the host keys of their servers."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from environments.facts.git_servers import git_server, names_host, problem_in_address, problem_in_host_key
from tests.unit.environments.cases import HOST_KEY

KEY = HOST_KEY.split(maxsplit=1)[1]


def server(address: str) -> tuple[str, str, int]:
    found = git_server(address)
    assert found is not None
    return found.protocol, found.host, found.port


@pytest.mark.feature("G2")
@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("git@github.com:example/dags.git", ("ssh", "github.com", 22)),
        ("ssh://git@GitHub.com/example/dags.git", ("ssh", "github.com", 22)),
        ("ssh://git@example.com:2222/dags.git", ("ssh", "example.com", 2222)),
        ("https://example.com/dags.git", ("https", "example.com", 443)),
        ("https://example.com:8443/dags.git", ("https", "example.com", 8443)),
        ("git@example.com:2222/dags.git", ("ssh", "example.com", 22)),
    ],
)
def test_server_of_an_address(address: str, expected: tuple[str, str, int]) -> None:
    assert server(address) == expected
    assert problem_in_address(address) is None


@pytest.mark.feature("G2")
@pytest.mark.parametrize("address", ["https://", "https:///x", "https://exa mple.com/x", "git@:x", "https://[::1]/x"])
def test_address_that_git_cannot_read_is_rejected(address: str) -> None:
    assert problem_in_address(address)


def hashed(host: str) -> str:
    salt = b"0123456789abcdefghij"
    digest = hmac.new(salt, host.encode(), hashlib.sha1).digest()
    return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"


@pytest.mark.feature("G2")
@pytest.mark.parametrize(
    ("names", "address", "expected"),
    [
        ("github.com", "git@github.com:a/b.git", True),
        ("github.com,192.0.2.1", "git@github.com:a/b.git", True),
        ("GitHub.com", "git@github.com:a/b.git", True),
        ("gitlab.com", "git@github.com:a/b.git", False),
        ("*.example.com", "git@git.example.com:a/b.git", True),
        ("*.example.com,!git.example.com", "git@git.example.com:a/b.git", False),
        ("[example.com]:2222", "ssh://git@example.com:2222/b.git", True),
        ("example.com", "ssh://git@example.com:2222/b.git", False),
        (hashed("github.com"), "git@github.com:a/b.git", True),
        (hashed("gitlab.com"), "git@github.com:a/b.git", False),
        ("|1|not base64|x", "git@github.com:a/b.git", False),
    ],
)
def test_host_key_is_about_the_server(names: str, address: str, expected: bool) -> None:
    found = git_server(address)
    assert found is not None
    assert names_host(f"{names} {KEY}", found) is expected


@pytest.mark.feature("G2")
@pytest.mark.parametrize(
    "key", ["ssh-ed25519 AAAA", "ssh-ed25519 ????", f"ssh-rsa {KEY.split()[1]}", "ssh-ed25519", KEY[:-4]]
)
def test_line_without_a_key_is_rejected(key: str) -> None:
    assert problem_in_host_key(f"github.com {key}")
    assert problem_in_host_key(HOST_KEY) is None
