"""AF_IAM_10: every role for an OIDC provider checks audience and subject."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.iam.documents import MalformedError, UnknownDocumentError, statements_in
from terraform_gate.iam.principals import principals_of
from terraform_gate.iam.statement import Statement
from terraform_gate.rule import Example
from terraform_gate.rules.shared.examples import ACCOUNT, policy, trust
from terraform_gate.rules.shared.resources import Resources, merge
from terraform_gate.rules.shared.statement_rule import TRUST, StatementRule
from terraform_gate.terraform_resource import Resource

_HOST = "token.actions.githubusercontent.com"
_AUDIENCE = {f"{_HOST}:aud": "sts.amazonaws.com"}


def _github(*, operator: str = "StringEquals", **conditions: dict[str, str]) -> Resources:
    provider = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{_HOST}"}
    condition = {operator: {key: value for part in conditions.values() for key, value in part.items()}}
    return trust(provider, Action="sts:AssumeRoleWithWebIdentity", condition=condition)


class WebIdentity(StatementRule):
    """Trust in an OIDC provider without a condition on audience or subject."""

    id = "AF_IAM_10"
    title = "A role that trusts an OIDC provider checks audience and subject"
    severity = Severity.CRITICAL
    why = "GitHub issues tokens to every repository: without a subject condition, all of them can assume the role."
    remediation = (
        "Add StringEquals conditions on <provider>:aud and on <provider>:sub with the repository and its "
        "ref or environment."
    )
    references = ("CKV_AWS_358", "Prowler iam_role_github_oidc_trust_subject_restricted")
    documents = TRUST
    passing = (
        Example(
            title="every branch of one repository, for a role that changes no permissions",
            resources=_github(
                operator="StringLike",
                audience=_AUDIENCE,
                subject={f"{_HOST}:sub": "repo:acme/airflow:ref:refs/heads/*"},
            ),
        ),
        Example(
            title="one branch of one repository",
            resources=_github(audience=_AUDIENCE, subject={f"{_HOST}:sub": "repo:acme/airflow:ref:refs/heads/main"}),
        ),
    )
    failing = (
        Example(
            title="every branch may change permissions",
            resources=merge(
                _github(
                    operator="StringLike",
                    audience=_AUDIENCE,
                    subject={f"{_HOST}:sub": "repo:acme/airflow:ref:refs/heads/*"},
                ),
                {
                    "aws_iam_role_policy": {
                        "worker": {
                            "name": "worker",
                            "role": "${aws_iam_role.worker.id}",
                            "policy": policy(
                                {"Action": "iam:PutRolePolicy", "Resource": f"arn:aws:iam::{ACCOUNT}:role/airflow/*"}
                            ),
                        }
                    }
                },
            ),
        ),
        Example(title="no subject", resources=_github(audience=_AUDIENCE)),
        Example(title="no audience", resources=_github(subject={f"{_HOST}:sub": "repo:acme/airflow:environment:prod"})),
        Example(
            title="every repository",
            resources=_github(operator="StringLike", audience=_AUDIENCE, subject={f"{_HOST}:sub": "repo:*"}),
        ),
    )

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Evaluate every trust policy, and the subjects of roles that manage permissions."""
        yield from super().evaluate(configuration)
        for principal in principals_of(configuration):
            managing = next((action for action in _MANAGING if any(principal.grants_of(action))), "")
            if managing and principal.resource.type == "aws_iam_role":
                yield from _patterns(principal.resource, managing, configuration)

    def violations(self, statement: Statement) -> Iterator[str]:
        """Check the conditions on the provider's claims."""
        federated = statement.principals.get("Federated", ()) if statement.allows else ()
        for provider in (item for item in federated if "oidc" in item):
            keys = [key for by_key in statement.conditions.values() for key in by_key]
            for claim, what in (("aud", "audience"), ("sub", "subject")):
                values = statement.condition(*(key for key in keys if key.endswith(f":{claim}")))
                if not values or any(_is_unlimited(value) for value in values):
                    yield f"trusts {provider} with any {what}"


def _patterns(role: Resource, managing: str, configuration: Configuration) -> Iterator[Finding]:
    try:
        statements = statements_in(role.get("assume_role_policy"), configuration)
    except (UnknownDocumentError, MalformedError):
        return
    for statement in statements:
        keys = [key for by_key in statement.conditions.values() for key in by_key if key.endswith(":sub")]
        for subject in statement.condition(*keys) if statement.allows else ():
            if "*" in subject or "?" in subject:
                text = (
                    f"allows {managing} for every subject that matches {subject}: pull requests and branches of anybody"
                )
                yield Finding.fail(role, text)


_MANAGING = ("iam:putrolepolicy", "iam:attachrolepolicy", "iam:createpolicyversion", "iam:updateassumerolepolicy")
"""Actions that change permissions: a role with one of them can give itself, or another role, any permission."""


def _is_unlimited(value: str) -> bool:
    owner = value.partition(":")[2] or value
    return owner.split("/")[0].strip("*?") == ""


rule = WebIdentity()
