"""The callers of requests, by access key, and the roles that they may assume."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from terraform_harness.emulator.iam import state
from terraform_harness.extras import imports_of_extra

with imports_of_extra("iam"):
    from terraform_gate.iam.decision import Caller, Decision, Outcome, Target, decide

ADMINISTRATOR = "emulator"
"""The access key of the emulator's owner, whose requests are not decided."""
DURATION_SECONDS = 3600


def of(account: str, access_key: str) -> Caller | None:
    """Return the caller with an access key: a role session or a user. None when the key is unknown."""
    from moto.sts.models import sts_backends

    session = sts_backends[account]["aws"].get_assumed_role_from_access_key(access_key)
    if session is not None:
        role = state.find_role(account, session.role_arn)
        if role is None:
            return Caller(session.arn, role_arn=session.role_arn)
        own = (state.policy(session.policy, "session policy"),) if session.policy else ()
        return Caller(
            session.arn, identity=state.identity_policies(role), boundary=state.boundary_of(role), session=own,
            role_arn=role.arn,
        )  # fmt: skip
    user = state.iam(account).get_user_from_access_key_id(access_key)
    if user is None:
        return None
    groups = [group for group in state.iam(account).groups.values() if user in group.users]
    policies = [item for principal in (user, *groups) for item in state.identity_policies(principal)]
    return Caller(user.arn, identity=tuple(policies), boundary=state.boundary_of(user))


def may_assume(account: str, role: str, principal: Mapping[str, Any]) -> tuple[str, Decision]:
    """Decide whether a service or a web identity may assume a role.

    Args:
        account: The account of the emulator.
        role: ARN of the role.
        principal: ``{"service": name, "source_arn": ARN}`` or ``{"web_identity": claims}``.

    Returns:
        The name of the principal, and the decision by the trust policy of the role.
    """
    found = state.find_role(account, role)
    if "service" in principal:
        name, action = str(principal["service"]), "sts:AssumeRole"
        context: Mapping[str, Any] | None = {
            "aws:SourceAccount": account,
            "aws:SourceArn": str(principal.get("source_arn") or f"arn:aws:ecs:eu-central-1:{account}:*"),
        }
    else:
        name, context, action = *_web_identity(account, principal["web_identity"]), "sts:AssumeRoleWithWebIdentity"
    if found is None or context is None:
        return name, Decision(Outcome.IMPLICITLY_DENIED)
    return name, decide(Caller(name), action, Target(role, state.trust_of(found)), context)


def _web_identity(account: str, claims: Mapping[str, Any]) -> tuple[str, Mapping[str, Any] | None]:
    """Return the ARN of the identity provider and the condition keys of a token; no keys for an unknown provider."""
    host = str(claims.get("iss", "")).removeprefix("https://")
    arn = f"arn:aws:iam::{account}:oidc-provider/{host}"
    provider = state.iam(account).open_id_providers.get(arn)
    if provider is None or claims.get("aud") not in provider.client_id_list:
        return arn, None
    return arn, {f"{host}:{name}": str(value) for name, value in claims.items() if name in {"aud", "sub", "amr"}}


def session(account: str, role: str, name: str) -> dict[str, str]:
    """Start a role session, and return its credentials with the names of the ECS credentials endpoint."""
    from moto.sts.models import sts_backends

    made = sts_backends[account]["aws"].assume_role(
        region_name="aws-global", role_session_name=name, role_arn=role, policy="", duration=DURATION_SECONDS,
        external_id="",
    )  # fmt: skip
    return {
        "RoleArn": role,
        "AccessKeyId": made.access_key_id,
        "SecretAccessKey": made.secret_access_key,
        "Token": made.session_token,
        "Expiration": made.expiration.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def claims_in(token: str) -> Mapping[str, Any]:
    """Return the claims of a JSON Web Token, whose signature is not verified; empty when it is not one."""
    try:
        body = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}
