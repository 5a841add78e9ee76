"""What a load balancer signs about a person, in the form that AWS documents.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry


def part(content: bytes | Mapping[str, Any]) -> str:
    """A part of the token as a load balancer writes it: base64url with padding."""
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(text).decode()


def signature(message: str, key: ECKey) -> bytes:
    """The ES256 signature of ``message``."""
    found: bytes = JWSRegistry(algorithms=["ES256"]).get_alg("ES256").sign(message.encode(), key)
    return found


def statement(header: Mapping[str, Any], claims: bytes | Mapping[str, Any], key: ECKey) -> str:
    """A signed token."""
    message = f"{part(header)}.{part(claims)}"
    return f"{message}.{part(signature(message, key))}"
