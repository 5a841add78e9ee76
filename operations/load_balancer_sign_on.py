"""Gives the load balancer the client secret of `auth.mode: alb_oidc` from Parameter Store.

The secret is an argument of a listener rule's action, which Terraform would store in its state. Terraform creates the
rules with a fixed answer 503 and ignores their actions; this module sets them. AWS returns the secret in no call:
https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AuthenticateOidcActionConfig.html
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from environments.facts.secrets import OIDC_CLIENT_SECRET
from environments.facts.sign_on import AUTHENTICATED_PATHS, AuthenticatedPaths
from environments.model import Environment
from operations.account import Account, missing
from operations.errors import OperationError, PreconditionError
from operations.parameters import Parameters
from operations.progress import say

HTTPS_PORT, SECONDS_A_MINUTE, TIMEOUT_SECONDS = 443, 60, 10
ENDPOINTS = {
    "AuthorizationEndpoint": "authorization_endpoint",
    "TokenEndpoint": "token_endpoint",
    "UserInfoEndpoint": "userinfo_endpoint",
}
"""Arguments of the action, and their names in the configuration of an issuer."""


def set_up(account: Account) -> None:
    """Set the actions of the rules for people: authenticate with the stored client secret, then forward.

    Raises:
        PreconditionError: the rules or the client secret are missing.
        OperationError: the issuer does not answer, or is another one. The rules stay as they are.
    """
    secret = Parameters(account).require(OIDC_CLIENT_SECRET).value
    endpoints = discover(account.environment.auth.issuer or "")
    found = _Listener.of(account)
    for paths in AUTHENTICATED_PATHS:
        actions = found.actions(account.environment, paths, endpoints)
        actions[0]["AuthenticateOidcConfig"]["ClientSecret"] = secret
        account.client("elbv2").modify_rule(RuleArn=found.rule(paths)["RuleArn"], Actions=actions)
    say(f"the load balancer sends people to {endpoints['AuthorizationEndpoint']}")


def problems(account: Account) -> Iterator[str]:
    """What differs between the actions of the load balancer and the environment."""
    endpoints, found = discover(account.environment.auth.issuer or ""), _Listener.of(account)
    for paths in AUTHENTICATED_PATHS:
        wanted = found.actions(account.environment, paths, endpoints)
        actions = sorted(found.rule(paths)["Actions"], key=lambda action: action.get("Order", 0))
        given = [_compared(action) for action in actions]
        if given != [_compared(action) for action in wanted]:
            kinds = ", ".join(action["Type"] for action in actions)
            yield f"the rule of {' and '.join(paths.paths)} has other actions ({kinds})"


def discover(issuer: str, *, read: Callable[[str], bytes] | None = None) -> dict[str, str]:
    """The endpoints of ``issuer`` as arguments of the action.

    Raises:
        OperationError: the issuer does not answer, is another one, or has an endpoint without TLS.
    """
    where = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        found = json.loads((read or _read)(where))
        named = found["issuer"]
        endpoints = {argument: str(found[name]) for argument, name in ENDPOINTS.items()}
    except (OSError, ValueError) as error:
        reason = str(getattr(error, "reason", error))
        raise OperationError(
            f"the identity provider does not answer at {where}: {reason}. Fix: correct auth.issuer, or run the command "
            "again when it answers"
        ) from None
    except (KeyError, TypeError) as error:
        raise OperationError(
            f"{where} is no configuration of an identity provider: it lacks {error}. Fix: correct auth.issuer"
        ) from None
    if named != issuer:
        raise OperationError(f"{where} belongs to {named!r}. Fix: set auth.issuer to exactly this text")
    for argument, address in endpoints.items():
        if not address.startswith("https://"):
            raise OperationError(f"{where}: {ENDPOINTS[argument]} has no TLS: {address!r}")
    return endpoints


def _read(where: str) -> bytes:
    with urllib.request.urlopen(where, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310  # the model allows https only
        content: bytes = answer.read()
    return content


@dataclass(frozen=True)
class _Listener:
    """The HTTPS listener of the environment: its rules by priority, and the target group of the api-servers."""

    rules: Mapping[str, Mapping[str, Any]]
    target_group: str

    @classmethod
    def of(cls, account: Account) -> _Listener:
        balancing, name = account.client("elbv2"), account.names.name
        try:
            (balancer,) = balancing.describe_load_balancers(Names=[name])["LoadBalancers"]
            (targets,) = balancing.describe_target_groups(Names=[name])["TargetGroups"]
        except ClientError as error:
            if not missing(error, "LoadBalancerNotFound", "TargetGroupNotFound"):
                raise
            raise PreconditionError(f"load balancer {name} does not exist. Fix: {account.command('deploy')}") from None
        listeners = balancing.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
        arns = [listener["ListenerArn"] for listener in listeners if listener["Port"] == HTTPS_PORT]
        found = [rule for arn in arns for rule in balancing.describe_rules(ListenerArn=arn)["Rules"]]
        rules = {rule["Priority"]: rule for rule in found}
        absent = [paths.name for paths in AUTHENTICATED_PATHS if str(paths.priority) not in rules]
        if absent:
            raise PreconditionError(
                f"load balancer {name} has no rule for {', '.join(absent)}. Fix: {account.command('deploy')}"
            )
        return cls(rules=rules, target_group=targets["TargetGroupArn"])

    def rule(self, paths: AuthenticatedPaths) -> Mapping[str, Any]:
        return self.rules[str(paths.priority)]

    def actions(
        self, environment: Environment, paths: AuthenticatedPaths, endpoints: Mapping[str, str]
    ) -> list[dict[str, Any]]:
        """The actions of a rule, without the client secret."""
        auth = environment.auth
        config = {
            "Issuer": auth.issuer,
            **endpoints,
            "ClientId": auth.client_id,
            "Scope": " ".join(("openid", *auth.scopes)),
            "SessionTimeout": auth.session_minutes * SECONDS_A_MINUTE,
            "OnUnauthenticatedRequest": paths.unauthenticated,
        }
        return [
            {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": config},
            {"Type": "forward", "Order": 2, "TargetGroupArn": self.target_group},
        ]


def _compared(action: Mapping[str, Any]) -> tuple[object, ...]:
    """What must be equal: AWS adds defaults to an action and omits the secret."""
    config = action.get("AuthenticateOidcConfig", {})
    keys = ("Issuer", *ENDPOINTS, "ClientId", "Scope", "SessionTimeout", "OnUnauthenticatedRequest")
    values = (str(config.get(key, "")) for key in keys)
    return (action["Type"], action.get("TargetGroupArn", ""), *values)
