"""The OpenID Connect client: Authlib's checks with the issuer, audience and clock of the settings."""

from __future__ import annotations

from typing import Any

import requests
from authlib.integrations.base_client.errors import MismatchingStateError, OAuthError
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError

from airflow_fargate.sign_on.identity import SignOnError
from airflow_fargate.sign_on.settings import LEEWAY_SECONDS, SignOn

SIGNATURES = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
"""Algorithms with a public key. ``none`` proves nothing, and HS256 would sign with the client secret."""
CLOCK_CLAIMS = frozenset({"exp", "iat", "nbf"})


def metadata(remote: Any, settings: SignOn) -> dict[str, Any]:
    """The issuer's metadata.

    Raises:
        SignOnError: the issuer does not answer, or is another one.
    """
    try:
        found: dict[str, Any] = remote.load_server_metadata()
    except (requests.RequestException, ValueError) as error:
        raise SignOnError("The identity provider does not answer. Try again later.", status=503) from error
    if found.get("issuer") != settings.issuer:
        remote.server_metadata.pop("_loaded_at", None)
        raise SignOnError(
            f"The identity provider calls itself {found.get('issuer')!r}, not {settings.issuer!r} as Airflow expects.",
            status=502,
        )
    offered = found.get("id_token_signing_alg_values_supported") or ["RS256"]
    found["id_token_signing_alg_values_supported"] = [name for name in offered if name in SIGNATURES]
    return found


def claims(remote: Any, settings: SignOn) -> tuple[dict[str, Any], str]:
    """Exchange the code of the current request; return the claims of the verified identity token, and the token.

    The claims include those of the issuer's userinfo endpoint when the token lacks the groups.

    Raises:
        SignOnError: the request does not belong to a sign-in of this browser, or the issuer or its token is rejected.
    """
    metadata(remote, settings)
    options = {
        "iss": {"essential": True, "value": settings.issuer},
        "aud": {"essential": True, "value": settings.client_id},
    }
    try:
        token = remote.authorize_access_token(claims_options=options, leeway=LEEWAY_SECONDS)
        found = token.get("userinfo")
        if not found:
            raise SignOnError("The identity provider sent no identity token.")
        if settings.groups_claim not in found:
            found = {**_userinfo(remote, subject=found["sub"]), **found}
    except MismatchingStateError as error:
        raise SignOnError(
            "This sign-in was used already, is older than an hour, or began in another browser.", status=400
        ) from error
    except OAuthError as error:
        raise _rejected_by_issuer(error) from error
    except JoseError as error:
        raise SignOnError(f"The identity token was rejected: {_problem(error)}.") from error
    except (requests.RequestException, ValueError) as error:
        raise SignOnError("The identity provider does not answer. Try again later.", status=503) from error
    return dict(found), str(token["id_token"])


def _userinfo(remote: Any, *, subject: str) -> dict[str, Any]:
    """The claims of the userinfo endpoint, which must be about the same person (OpenID Connect Core 1.0, 5.3.2)."""
    if "userinfo_endpoint" not in remote.server_metadata:
        return {}
    found = dict(remote.userinfo())
    if found.get("sub") != subject:
        raise SignOnError("The identity provider described another user than the one who signed in.")
    return found


def _rejected_by_issuer(error: OAuthError) -> SignOnError:
    if error.error in {"invalid_client", "unauthorized_client"}:
        return SignOnError(
            "The identity provider rejected Airflow's client id or client secret. The operators of this Airflow "
            "store the current secret with: python -m operations rotate <environment> oidc --from FILE",
            status=502,
        )
    return SignOnError(f"The identity provider rejected the sign-in: {error.description or error.error}.")


def _problem(error: JoseError) -> str:
    clock = isinstance(error, ExpiredTokenError) or (
        isinstance(error, InvalidClaimError) and error.claim in CLOCK_CLAIMS
    )
    hint = " (it has expired, or the clocks of the identity provider and of Airflow differ)" if clock else ""
    return f"{error.description or error.error}{hint}"
