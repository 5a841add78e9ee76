"""The header in which the load balancer says who signed in, and its checks.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from airflow_fargate.sign_on.identity import SignOnError
from airflow_fargate.sign_on.settings import LEEWAY_SECONDS, TIMEOUT_SECONDS, SignOn

HEADER = "X-Amzn-Oidc-Data"
ALGORITHM = "ES256"
KEY_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
OK, NOT_FOUND = 200, 404
MOST_KEYS = 32
"""Keys in memory; a load balancer uses few, and any client may name others."""


@dataclass(frozen=True, kw_only=True)
class PublicKeys:
    """The public keys of the load balancers of a region; a key never changes under its id.

    Args:
        address: the keys are below it.
        get: requests an address.
    """

    address: str
    get: Callable[..., requests.Response] = requests.get
    _known: dict[str, ECKey] = field(default_factory=dict, repr=False)

    def find(self, key_id: str) -> ECKey:
        """The key ``key_id``.

        Raises:
            SignOnError: there is no such key, or the keys cannot be read.
        """
        if key_id not in self._known:
            if len(self._known) >= MOST_KEYS:
                self._known.clear()
            self._known[key_id] = self._read(key_id)
        return self._known[key_id]

    def _read(self, key_id: str) -> ECKey:
        try:
            answer = self.get(f"{self.address}/{key_id}", timeout=TIMEOUT_SECONDS, allow_redirects=False)
            if answer.status_code == NOT_FOUND:
                raise _rejected("no load balancer of this region has its key")
            if answer.status_code != OK:
                raise requests.HTTPError(f"status {answer.status_code}")
            return ECKey.import_key(answer.content)
        except (requests.RequestException, JoseError, ValueError) as error:
            raise SignOnError(
                "The public keys of load balancers cannot be read. Try again later.", status=503
            ) from error


def claims(text: str | None, *, settings: SignOn, keys: PublicKeys, now: float | None = None) -> dict[str, Any]:
    """The claims of the person whom the load balancer authenticated.

    Args:
        text: value of the header ``X-Amzn-Oidc-Data``: a signed token, whose parts have padding.
        settings: load balancer, issuer and client.
        keys: public keys of the region.
        now: time of the check, in seconds since 1970; the current time when absent.

    Raises:
        SignOnError: the header is missing, or is not a valid statement of our load balancer for our client.
    """
    if not text:
        raise SignOnError(
            "The request did not pass the sign-on of the load balancer. Open the address of Airflow again.", status=401
        )
    header, body, signature = (_decoded(part) for part in _parts(text))
    head = _object(header)
    _check(head, settings, time.time() if now is None else now)
    algorithm = JWSRegistry(algorithms=[ALGORITHM]).get_alg(ALGORITHM)
    signed = text.rpartition(".")[0].encode()
    if not algorithm.verify(signed, signature, keys.find(str(head["kid"]))):
        raise _rejected("its signature is wrong")
    return _object(body)


def _check(head: Mapping[str, Any], settings: SignOn, now: float) -> None:
    """Check what the signature covers. The key is requested only for a header that passes."""
    wanted = {
        "alg": ALGORITHM,
        "signer": settings.load_balancer,
        "iss": settings.issuer,
        "client": settings.client_id,
    }
    for name, value in wanted.items():
        if head.get(name) != value:
            raise _rejected(f"its {name!r} is {_shown(head.get(name))}, not {value!r}")
    if not isinstance(head.get("kid"), str) or not KEY_ID.fullmatch(head["kid"]):
        raise _rejected("its 'kid' is not the id of a key")
    expiry = head.get("exp")
    if isinstance(expiry, str) and expiry.isascii() and expiry.isdigit():
        expiry = int(expiry)
    if isinstance(expiry, bool) or not isinstance(expiry, int | float):
        raise _rejected("it has no time of expiry")
    if not now <= expiry + LEEWAY_SECONDS:  # also true for NaN
        raise _rejected("it has expired, or the clocks of the load balancer and of Airflow differ")


def _parts(text: str) -> tuple[str, str, str]:
    parts = text.split(".")
    if len(parts) != 3:
        raise _rejected("it is not one signed token")
    return parts[0], parts[1], parts[2]


def _decoded(part: str) -> bytes:
    unpadded = part.rstrip("=")
    try:
        return base64.b64decode(unpadded + "=" * (-len(unpadded) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise _rejected("it is not base64url") from error


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _rejected("it is not JSON") from error
    if not isinstance(found, dict):
        raise _rejected("it is no JSON object")
    return found


def _shown(value: object) -> str:
    return "missing" if value is None else repr(str(value)[:200])


def _rejected(problem: str) -> SignOnError:
    return SignOnError(f"The statement of the load balancer about you was rejected: {problem}.")
