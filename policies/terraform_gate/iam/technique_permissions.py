"""Whether a principal may use a technique, and on what."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.iam.decision import Caller, Context, Policy, Target, decide
from terraform_gate.iam.identities import Identity, arn_of
from terraform_gate.iam.normalized_arns import ANY_RESOURCE, HOME, OTHER
from terraform_gate.iam.statement import Statement
from terraform_gate.iam.technique import Technique
from terraform_gate.iam.techniques import ASSUMING

RUNS_CODE = frozenset(
    f"{name}.amazonaws.com"
    for name in (
        *("ecs-tasks", "lambda", "edgelambda", "ec2", "codebuild", "glue", "sagemaker", "tasks.apprunner"),
        *("elasticmapreduce", "emr-serverless", "ssm", "bedrock-agentcore", "airflow", "airflow-env", "batch"),
        *("amplify", "kinesisanalytics"),
    )
)
"""Services that run a customer's code with the role. A role that trusts other services only (a scheduler, the flow
logs of a VPC) makes just the calls that were configured, so its PassRole to a named role is no escalation."""


def is_administrator(identity: Identity) -> bool:
    """Return whether a statement allows everything without a condition, and nothing limits it."""
    everything = any(
        item.source.allows
        and {"*", "*:*"} & {*item.source.actions}
        and "*" in item.source.resources
        and not item.source.conditions
        for policy in identity.caller.identity
        for item in policy.statements
    )
    return everything and identity.caller.boundary is None and identity.may("iam:createuser", ANY_RESOURCE["user"])


def is_wide(identity: Identity, technique: Technique) -> bool:
    """Return whether a technique reaches every resource of its kind in the account."""
    if technique is ASSUMING:
        return identity.may("sts:assumerole", ANY_RESOURCE["role"], trust=_TRUSTS_ACCOUNT)
    return can(identity, technique, ANY_RESOURCE[technique.on])


_TRUSTS_ACCOUNT = Policy([Statement(effect="Allow", actions=("sts:AssumeRole",), principals={"AWS": (HOME,)})])
"""The trust of a role outside of the configuration: it leaves the decision to the account's identity policies."""


def can(identity: Identity, technique: Technique, arn: str) -> bool:
    """Return whether a principal may use a technique on the resource ``arn``."""
    return needs_are_met(identity, technique) and all(
        identity.may(action, arn, service=technique.service) for action in technique.decisive
    )


def needs_are_met(identity: Identity, technique: Technique) -> bool:
    """Return whether a principal holds every action of a technique, on any resource."""
    return all(identity.grants(action) for action in technique.actions)


def own(identity: Identity, technique: Technique) -> Iterator[str]:
    """Yield the ARNs whose change gives the principal more permissions: its own, and those of its policies."""
    if technique.on == "policy":
        yield from {arn_of(policy) for policy in identity.principal.attached}
    elif f":{technique.on}/" in identity.arn and identity.resource.type.startswith("aws_iam_"):
        removes_boundary = "boundary" in technique.decisive[0]
        if not removes_boundary or identity.resource.get("permissions_boundary"):
            yield identity.arn


def new_names(identity: Identity, technique: Technique) -> set[str]:
    """Return a name for each resource pattern of the statements that allow one of the technique's actions."""
    patterns = {
        pattern
        for policy in identity.caller.identity
        for action in technique.decisive
        for item in policy.covering(action)
        if item.source.allows
        for pattern in item.source.resources
    }
    kind = f":{technique.on}/"
    return {pattern.replace("*", OTHER).replace("?", "x") for pattern in patterns if kind in pattern}


def trusts_service(role: Identity, service: str) -> bool:
    """Return whether a service may assume a role."""
    if role.trust is None:
        return True
    context = Context(is_complete=False)
    return decide(Caller(service), "sts:assumerole", Target(role.arn, role.trust), context).is_possible


def runs_code(identity: Identity) -> bool:
    """Return whether code of a customer or a person uses the principal."""
    if identity.trust is None:
        return True
    principals = [item.source.principals for item in identity.trust.statements if item.source.allows]
    return any(
        kind != "Service" or value in RUNS_CODE
        for by_kind in principals
        for kind, values in by_kind.items()
        for value in values
    )
