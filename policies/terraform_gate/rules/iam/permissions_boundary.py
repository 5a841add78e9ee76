"""AF_IAM_14: the roles of a configuration have one permissions boundary, which is no AWS-managed policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.iam.identities import normalized
from terraform_gate.iam.managed_policies import managed_policies
from terraform_gate.reading.expression import is_known, names_resource
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.examples import ACCOUNT, ECS_TASKS, policy, trust
from terraform_gate.rules.shared.resources import Resources, merge
from terraform_gate.terraform_resource import Resource

_PERMISSION_SET = "aws_ssoadmin_permissions_boundary_attachment"
_AWS_MANAGED = ":iam::aws:policy/"
_LIMITS = f"arn:aws:iam::{ACCOUNT}:policy/limits"
_TRUST = trust(ECS_TASKS)["aws_iam_role"]["worker"]["assume_role_policy"]


def _roles(*boundaries: str | None) -> Resources:
    """One role for each boundary; None for a role without one."""
    bodies = [
        {"name": f"role-{number}", "assume_role_policy": _TRUST, **({"permissions_boundary": arn} if arn else {})}
        for number, arn in enumerate(boundaries)
    ]
    return {"aws_iam_role": {f"role_{number}": body for number, body in enumerate(bodies)}}


def _limits(**arguments: Any) -> Resources:
    document = policy({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::airflow-logs/*"})
    return {"aws_iam_policy": {"limits": {"name": "limits", "policy": document, **arguments}}}


class OnePermissionsBoundary(Rule):
    """Compares the permissions boundaries of all roles; a configuration whose roles have none passes."""

    id = "AF_IAM_14"
    title = "All roles have one permissions boundary, and none is an AWS-managed policy"
    severity = Severity.MEDIUM
    why = (
        "A boundary protects only if every role has it: a principal that can change a role without the boundary can "
        "give that role more permissions. "
        "AWS extends its managed policies at any time, and AdministratorAccess or PowerUserAccess limit almost nothing."
    )
    remediation = "Set permissions_boundary of every role to one customer-managed policy."
    references = ()
    resource_types = ("aws_iam_role", "aws_iam_user", _PERMISSION_SET)
    passing = (
        Example(title="no role has a boundary", resources=_roles(None, None)),
        Example(title="one boundary", resources=_roles(_LIMITS, _LIMITS)),
        Example(
            title="one boundary, by reference and by its ARN",
            resources=merge(_limits(), _roles("${aws_iam_policy.limits.arn}", _LIMITS)),
        ),
    )
    failing = (
        Example(title="a role without the boundary", resources=_roles(_LIMITS, _LIMITS, None)),
        Example(title="two boundaries", resources=_roles(_LIMITS, f"{_LIMITS}-2")),
        Example(title="an AWS-managed boundary", resources=_roles(*["arn:aws:iam::aws:policy/PowerUserAccess"] * 2)),
        Example(
            title="an AWS-managed boundary by data source",
            resources=_roles("${data.aws_iam_policy.power.arn}"),
            extra={"data": {"aws_iam_policy": {"power": {"name": "PowerUserAccess"}}}},
            not_plannable_because="the plan reads the policy from AWS",
        ),
        Example(
            title="a user with an AWS-managed boundary",
            resources={
                "aws_iam_user": {
                    "ci": {"name": "ci", "permissions_boundary": "arn:aws:iam::aws:policy/AdministratorAccess"}
                }
            },
        ),
    )

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Compare the boundary of each role with the most frequent one."""
        roles = configuration.of_type("aws_iam_role")
        boundaries = {role.key: _boundary(role.get("permissions_boundary"), configuration) for role in roles}
        counts = Counter(arn for arn in boundaries.values() if arn)
        usual = counts.most_common(1)[0][0] if counts else ""
        for resource in configuration.of_type(*self.resource_types):
            value = _value(resource)
            if managed := _managed(value, configuration):
                yield Finding.fail(resource, f"the boundary {managed} is an AWS-managed policy")
            elif resource.type == "aws_iam_role":
                yield _compared(resource, value, boundaries, usual)
            else:
                yield Finding.pass_(resource)


def _value(resource: Resource) -> Any:
    if resource.type == _PERMISSION_SET:
        return resource.get("permissions_boundary", "managed_policy_arn")
    return resource.get("permissions_boundary")


def _boundary(value: Any, configuration: Configuration) -> str:
    return normalized(str(value), configuration) if value else ""


def _managed(value: Any, configuration: Configuration) -> str:
    """Return the name of the AWS-managed policy that a boundary is; empty when it is none."""
    text = str(value or "")
    if _AWS_MANAGED in text:
        return text.rpartition("/")[2]
    found = configuration.find(value)
    if found is None or not found.is_data:
        return ""
    name = str(found.get("name") or str(found.get("arn")).rpartition("/")[2])
    is_of_aws = _AWS_MANAGED in str(found.get("arn")) or (not found.get("arn") and name in managed_policies())
    return name if is_of_aws else ""


def _compared(role: Resource, value: Any, boundaries: Mapping[str, str], usual: str) -> Finding:
    own = boundaries[role.key]
    if own == usual:
        return Finding.pass_(role)
    if not own:
        return Finding.fail(role, f"has no permissions boundary; other roles have {usual}")
    if _is_decided(value) and "{" not in usual:
        return Finding.fail(role, f"has the permissions boundary {own}; other roles have {usual}")
    return Finding.unknown(role, f"has the permissions boundary {value}; whether it is {usual} is not known")


def _is_decided(value: Any) -> bool:
    return is_known(value) or names_resource(value)


rule = OnePermissionsBoundary()
