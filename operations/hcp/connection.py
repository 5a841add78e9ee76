"""The connection to HCP Terraform: the token as Terraform finds it, service discovery, the organization."""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from pytfe import TFEClient, TFEConfig
from pytfe.errors import NotFound

from environments.sections.state import State
from operations.errors import PreconditionError
from operations.hcp.errors import hcp_errors, unreachable

TIMEOUT_SECONDS = 30.0
RETRIES = 5
BACKOFF_SECONDS = 0.5
"""The wait before the first repetition of a request without ``Retry-After``; it doubles each time."""
SERVICE = "tfe.v2"


@dataclass(frozen=True)
class Connection:
    """A logged-in client of one organization. Presigned addresses are requested without the token."""

    host: str
    organization: str
    client: TFEClient
    presigned: httpx.Client = field(repr=False)

    def request(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, params: Mapping[str, str] | None = None
    ) -> Any:
        """The answer's JSON, for answers that pytfe's models reject or change; None when it has no content."""
        with hcp_errors(self.host):
            answer = self.client.runs.t.request(method, f"/api/v2/{path}", params=params, json_body=body)
        return answer.json() if answer.content else None

    def workspace_address(self, workspace: str) -> str:
        """The page of a workspace."""
        return f"https://{self.host}/app/{self.organization}/workspaces/{workspace}"


def connect(state: State) -> Connection:
    """Find the token, check the server and the organization.

    Raises:
        PreconditionError: there is no token, the server is not trusted or is another program, the token is rejected or
            belongs to another organization.
    """
    host, organization = state.hostname, state.organization or ""
    token = find_token(host)
    trusted = os.environ.get("SSL_CERT_FILE")
    if trusted and not Path(trusted).is_file():
        raise PreconditionError(f"SSL_CERT_FILE: {trusted}: no such file. Fix: correct the variable, or remove it")
    presigned = httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=True, verify=_trust(trusted))
    discover(host, presigned)
    config = TFEConfig(
        address=f"https://{host}",
        token=token,
        timeout=TIMEOUT_SECONDS,
        max_retries=RETRIES,
        backoff_base=BACKOFF_SECONDS,
        http2=False,
        verify_tls=True,
        ca_bundle=trusted,
    )
    connection = Connection(host, organization, TFEClient(config), presigned)
    with hcp_errors(host):
        try:
            connection.client.organizations.read_entitlements(organization)
        except NotFound:
            raise PreconditionError(
                f"the token for {host} has no access to organization {organization}, or the organization does not "
                f"exist. Fix: correct state.organization, or log in as a member (terraform login {host})"
            ) from None
    return connection


def _trust(file: str | None) -> ssl.SSLContext | bool:
    return ssl.create_default_context(cafile=file) if file else True


def token_variable(host: str) -> str:
    """The environment variable in which Terraform expects the token for ``host``.

    >>> token_variable("app.terraform.io"), token_variable("my-tfe.example.com")
    ('TF_TOKEN_app_terraform_io', 'TF_TOKEN_my__tfe_example_com')
    """
    return "TF_TOKEN_" + host.replace("-", "__").replace(".", "_")


def find_token(host: str) -> str:
    """The token for ``host``: from its environment variable, or from the file that ``terraform login`` writes.

    Raises:
        PreconditionError: there is none.
    """
    variable = token_variable(host)
    if token := os.environ.get(variable) or os.environ.get(variable.replace("__", "-")):
        return token
    file = Path("~/.terraform.d/credentials.tfrc.json").expanduser()
    try:
        token = json.loads(file.read_text(encoding="utf-8"))["credentials"][host]["token"]
    except (OSError, ValueError, KeyError, TypeError):
        token = None
    if not isinstance(token, str) or not token:
        raise PreconditionError(f"no token for {host}. Fix: terraform login {host}, or set {variable}")
    return token


def discover(host: str, http: httpx.Client) -> None:
    """Ask ``host`` whether it offers the API of HCP Terraform.

    Raises:
        PreconditionError: it cannot be reached, is not trusted, or does not offer the API.
    """
    try:
        answer = http.get(f"https://{host}/.well-known/terraform.json")
        services = answer.json() if answer.status_code == httpx.codes.OK else {}
    except httpx.HTTPError as error:
        raise PreconditionError(unreachable(host, error)) from None
    except ValueError:
        services = {}
    if not isinstance(services, dict) or SERVICE not in services:
        raise PreconditionError(
            f"{host} is not a server of HCP Terraform or Terraform Enterprise: it offers no service {SERVICE} "
            f"(status {answer.status_code}). Fix: correct state.hostname"
        )
