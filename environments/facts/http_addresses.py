"""Addresses of HTTP servers that receive data of an environment."""

from __future__ import annotations

import re
from dataclasses import dataclass

from environments.secret_text import holds_credentials

DEFAULT_PORTS = {"http": 80, "https": 443}
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)(:(?P<port>[0-9]{1,5}))?"
    r"(?P<path>(/[A-Za-z0-9_.~%-]+)*)/?"
)


@dataclass(frozen=True)
class HttpAddress:
    """Scheme ``http`` or ``https``, host, TCP port and path (without a slash at the end) of an address."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def server(self) -> str:
        """The address without its path."""
        default = self.port == DEFAULT_PORTS[self.scheme]
        return f"{self.scheme}://{self.host}{'' if default else f':{self.port}'}"


def parsed(address: str) -> HttpAddress:
    """The parts of an address that :func:`problem_in_http_address` accepts.

    Raises:
        ValueError: ``address`` is not such an address.

    >>> parsed("https://otel.example.com:4318/otlp/").port
    4318
    """
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise ValueError(f"not an HTTP address: {address!r}")
    port = int(match["port"] or DEFAULT_PORTS[match["scheme"]])
    return HttpAddress(match["scheme"], match["host"].lower(), port, match["path"])


def problem_in_http_address(value: str) -> tuple[str, str] | None:
    """The problem with an address and the fix; None when it is valid and contains no password."""
    if holds_credentials(value) or "@" in value:
        return "must not contain a user, password or token", "use authenticate: true and store it in Parameter Store"
    match = _ADDRESS.fullmatch(value)
    if match is None or not 1 <= int(match["port"] or 1) <= 65535:
        return "must be an address such as https://otel.example.com:4318, without query", ""
    return None
