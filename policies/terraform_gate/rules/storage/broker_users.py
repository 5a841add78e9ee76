"""AF_BROKER_4: no user of ElastiCache logs in without a password or an IAM token.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html
"""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.finding import Finding, Severity
from terraform_gate.reading.expression import is_known
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.resources import Resources
from terraform_gate.rules.shared.settings_rule import is_on
from terraform_gate.terraform_resource import Resource

OF_AWS = "default"
"""Id of the user that ElastiCache creates: it is on, may do everything and has no password."""


def _user(access: str, **arguments: object) -> Resources:
    body = {"user_id": "off", "user_name": "default", "engine": "redis", "access_string": access, **arguments}
    return {"aws_elasticache_user": {"default": body}}


def _group(*users: str) -> Resources:
    body = {"user_group_id": "airflow", "engine": "redis", "user_ids": list(users)}
    return {"aws_elasticache_user_group": {"users": body}}


class BrokerUsers(Rule):
    """Users that are on and need no password, and user groups with ElastiCache's own user `default`."""

    id = "AF_BROKER_4"
    title = "No user of a cache logs in without a password or an IAM token"
    severity = Severity.HIGH
    why = (
        "Every connection begins as the user default. If this user is on and needs no password, each client that "
        "reaches the port has its permissions. The user default that ElastiCache creates may run all commands on all "
        "keys."
    )
    remediation = (
        "Give the user group a user of your own with user_name default and access_string `off -@all`, and all other "
        "users the authentication mode iam or password."
    )
    references = ()
    resource_types = ("aws_elasticache_user", "aws_elasticache_user_group")
    passing = (
        Example(title="a user that is off", resources=_user("off -@all", no_password_required=True)),
        Example(title="IAM tokens", resources=_user("on ~sales -@all +brpop", authentication_mode={"type": "iam"})),
        Example(title="a group with a user default of its own", resources=_group("airflow-default", "airflow")),
    )
    failing = (
        Example(title="no password", resources=_user("on ~* +@all", no_password_required=True)),
        Example(
            title="no password, as authentication mode",
            resources=_user("on ~* +@all", authentication_mode={"type": "no-password-required"}),
        ),
        Example(title="ElastiCache's own user default", resources=_group("default", "airflow")),
    )

    def evaluate_resource(self, resource: Resource) -> Iterator[Finding]:
        """Read whether the user is on and needs no password, or the ids of the group's users."""
        if resource.type == "aws_elasticache_user_group":
            if OF_AWS in (resource.get("user_ids") or ()):
                yield Finding.fail(resource, "user_ids has ElastiCache's own user default, which needs no password")
            return
        mode = resource.blocks("authentication_mode")
        kind = mode[0].get("type") if mode else None
        open_ = is_on(resource.get("no_password_required")) or kind == "no-password-required"
        access = resource.get("access_string")
        if not open_:
            if kind is not None and not is_known(kind):
                yield Finding.unknown(resource, "authentication_mode.type is not known before the apply")
        elif not is_known(access):
            yield Finding.unknown(resource, "access_string is not known before the apply")
        elif "on" in str(access).split():
            yield Finding.fail(resource, "the user is on and needs no password")


rule = BrokerUsers()
