"""The caller of a request, and the ``Principal`` elements that name it.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from terraform_gate.iam.decision.policy import Policy
from terraform_gate.iam.statement import Statement

ANONYMOUS = "*"
_ARN = re.compile(r"arn:(?P<partition>[^:]*):(?P<service>[^:]*):[^:]*:(?P<account>\d*):(?P<name>.+)", re.DOTALL)
_ACCOUNT = re.compile(r"(?:arn:[^:]*:iam::)?(?P<account>\d{12})(?::root)?")


class Named(IntEnum):
    """How directly a ``Principal`` element names the caller; more is more direct."""

    NOT = 0
    ACCOUNT = 1
    """Its account: the account's own identity policies decide."""
    ROLE = 2
    """The role of a session: permissions boundary and session policies still limit it."""
    DIRECTLY = 3
    """The user, the session, the service, or every principal (``*``)."""


@dataclass(frozen=True)
class Caller:
    """Who makes a request, with the policies that apply to it.

    Args:
        arn: ARN of a user, role, role session, federated user or account root; the name of a service
            (``ecs-tasks.amazonaws.com``); ``*`` for an anonymous request.
        identity: Identity policies, including those of the groups of a user.
        boundary: Permissions boundary, None for no boundary.
        session: Session policies; empty for no session policy.
        guardrails: Service control policies, one tuple for each level of the organization.
        role_arn: ARN of the role of a session; derived without the IAM path when empty.
    """

    arn: str
    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session: tuple[Policy, ...] = ()
    guardrails: tuple[tuple[Policy, ...], ...] = ()
    role_arn: str = ""

    @cached_property
    def _parts(self) -> Mapping[str, str]:
        found = _ARN.fullmatch(self.arn)
        return found.groupdict() if found else {"partition": "", "service": "", "account": "", "name": self.arn}

    @property
    def account(self) -> str:
        """The account of the caller; empty for services and anonymous requests."""
        return self._parts["account"]

    @cached_property
    def is_principal(self) -> bool:
        """Whether the caller belongs to an account, rather than being a service or anonymous."""
        return bool(self.account)

    @cached_property
    def is_root(self) -> bool:
        """Whether the caller is the root user of its account."""
        return self._parts["name"] == "root"

    @cached_property
    def role(self) -> str:
        """The ARN of the role of a role session; the ARN itself for a role; empty for others."""
        name, parts = self._parts["name"], self._parts
        if self.role_arn:
            return self.role_arn
        if name.startswith("assumed-role/"):
            return f"arn:{parts['partition']}:iam::{self.account}:role/{name.split('/')[1]}"
        return self.arn if name.startswith("role/") else ""

    @cached_property
    def derived(self) -> Mapping[str, tuple[str, ...]]:
        """The condition keys that AWS derives from the caller, in lower case."""
        if not self.is_principal:
            return {}
        kind = self._parts["name"].partition("/")[0]
        kinds = {"root": "Account", "user": "User", "federated-user": "FederatedUser"}
        keys = {
            "aws:principalarn": (self.role or self.arn,),
            "aws:principalaccount": (self.account,),
            "aws:principaltype": (kinds.get(kind, "AssumedRole"),),
        }
        return {**keys, "aws:username": (self.arn.rpartition("/")[2],)} if kind == "user" else keys

    def named_by(self, statement: Statement) -> Named:
        """Return how directly the ``Principal`` or ``NotPrincipal`` element of a statement names the caller."""
        if statement.not_principals:
            return Named.NOT if self._named_in(statement.not_principals) else Named.DIRECTLY
        return self._named_in(statement.principals)

    def _named_in(self, principals: Mapping[str, tuple[str, ...]]) -> Named:
        return max(
            (self._named(kind, value) for kind, values in principals.items() for value in values), default=Named.NOT
        )

    def _named(self, kind: str, value: str) -> Named:
        if value == "*" and kind in {"*", "AWS"}:
            return Named.DIRECTLY
        if kind in {"Service", "Federated"}:
            return Named.DIRECTLY if value == self.arn else Named.NOT
        if kind not in {"AWS", "*"} or not self.is_principal:
            return Named.NOT
        if value == self.arn and value != self.role:
            return Named.DIRECTLY
        if value == self.role:
            return Named.ROLE
        account = _ACCOUNT.fullmatch(value)
        return Named.ACCOUNT if account and account["account"] == self.account else Named.NOT
