"""Reads what a decision needs from the emulator's own resources: roles, policies, keys, task definitions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

from terraform_harness.emulator.validation.requests import Call
from terraform_harness.extras import imports_of_extra

with imports_of_extra("iam"):
    from terraform_gate.iam.decision import Policy
    from terraform_gate.iam.managed_policies import managed_policies

AWS_MANAGED = "arn:aws:iam::aws:policy/"


@lru_cache(maxsize=4_096)
def policy(document: str, label: str) -> Policy:
    """Return a compiled policy."""
    return Policy.parse(json.loads(document), label=label)


def iam(account: str) -> Any:
    """Return moto's IAM of an account."""
    from moto.iam.models import iam_backends

    return iam_backends[account]["aws"]


def find_role(account: str, arn: str) -> Any:
    """Return moto's role, None when it does not exist."""
    return next((role for role in iam(account).roles.values() if role.arn == arn), None)


def named_role(account: str, name: str) -> Any:
    """Return moto's role of a name, None when it does not exist."""
    return next((role for role in iam(account).roles.values() if role.name == name), None)


def role_arn(call: Call, name: str, *, path: str = "") -> str:
    """Return the ARN of a role, whose path a request does not name unless it creates the role."""
    found = None if path else named_role(call.account, name)
    return str(found.arn) if found else f"arn:aws:iam::{call.account}:role{path or '/'}{name}"


def identity_policies(principal: Any) -> tuple[Policy, ...]:
    """Return the inline and the managed policies of moto's role, user or group."""
    inline = principal.policies
    listed = inline.items() if isinstance(inline, Mapping) else ()
    own = [policy(_text(document), name) for name, document in listed]
    return (
        *own,
        *(managed for arn in principal.managed_policies if (managed := managed_policy(principal.account_id, arn))),
    )


def managed_policy(account: str, arn: str) -> Policy | None:
    """Return a managed policy in its default version; None when it does not exist."""
    if arn.startswith(AWS_MANAGED):
        found = managed_policies().get(arn.rpartition("/")[2])
        return policy(json.dumps(found["Document"]), found.get("PolicyName", arn.rpartition("/")[2])) if found else None
    own = iam(account).managed_policies.get(arn)
    if own is None:
        return None
    version = next(item for item in own.versions if item.version_id == own.default_version_id)
    return policy(_text(version.document), own.name)


def boundary_of(principal: Any) -> Policy | None:
    """Return the permissions boundary of moto's role or user; one that does not exist permits nothing."""
    arn = getattr(principal, "permissions_boundary_arn", None)
    if not arn:
        return None
    return managed_policy(principal.account_id, arn) or policy('{"Statement": []}', arn)


def trust_of(role: Any) -> Policy:
    """Return the trust policy of moto's role; a statement without Resource applies to the role."""
    return policy(_with_resource(role.assume_role_policy_document), "trust policy")


def task_definition(call: Call, name: str) -> Any:
    """Return moto's task definition; a family names its newest revision."""
    return call.backend("ecs").describe_task_definition(name)


def key_arn(call: Call, name: str) -> str:
    """Return the ARN of the KMS key that an id, an ARN or an alias names."""
    with suppress(Exception):
        return str(call.backend("kms").describe_key(name).arn)
    return name if name.startswith("arn:") else f"arn:aws:kms:{call.region}:{call.account}:key/{name}"


def resource_policy(call: Call, arn: str) -> Policy | None:
    """Return the policy of a resource: trust, key, bucket, topic, queue, repository or secret; None for no policy."""
    service = arn.split(":")[2] if arn.startswith("arn:") else ""
    read = _READERS.get(service)
    if read is None:
        return None
    with suppress(KeyError, AttributeError, LookupError):
        text = read(call, arn)
        if text:
            return policy(_text(text), f"policy of {arn}")
    return None


def _trust(call: Call, arn: str) -> str | None:
    role = find_role(call.account, arn) if ":role/" in arn else None
    return _with_resource(role.assume_role_policy_document) if role and call.service == "sts" else None


def _default_key_policy(account: str) -> str:
    """Return the policy of a key that is created without one: the account's identity policies decide."""
    principal = {"AWS": f"arn:aws:iam::{account}:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _managed_key_policy(service: str, call: Call) -> str:
    """Return the policy of the key that AWS manages for a service: whoever may use the service may use its key.

    Source: ``aws kms get-key-policy`` of ``alias/aws/ssm``, and
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-services.html
    """
    through = {"kms:ViaService": f"{service}.{call.region}.amazonaws.com", "kms:CallerAccount": call.account}
    use = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"]
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": use,
        "Resource": "*",
        "Condition": {"StringEquals": through},
    }
    default = json.loads(_default_key_policy(call.account))
    return json.dumps({**default, "Statement": [*default["Statement"], statement]})


@lru_cache(maxsize=1_024)
def _with_resource(trust: str) -> str:
    document = json.loads(trust)
    statements = document["Statement"]
    listed = statements if isinstance(statements, list) else [statements]
    return json.dumps({**document, "Statement": [{"Resource": "*", **item} for item in listed]})


def _key(call: Call, arn: str) -> str:
    if arn.endswith(":key/*"):
        return str(call.parameters.get("Policy") or _default_key_policy(call.account))
    key = call.backend("kms").keys[arn.rpartition("/")[2]]
    for alias in key.aliases:
        if service := alias.partition("alias/aws/")[2] or alias.partition("aws/")[2]:
            return _managed_key_policy(service, call)
    return str(key.policy)


def _bucket(call: Call, arn: str) -> Any:
    from moto.s3.models import s3_backends

    return s3_backends[call.account]["aws"].buckets[arn.removeprefix("arn:aws:s3:::").split("/")[0]].policy


def _topic(call: Call, arn: str) -> str:
    return str(call.backend("sns").topics[arn].policy)


def _queue(call: Call, arn: str) -> str:
    return str(call.backend("sqs").queues[arn.rpartition(":")[2]].policy)


def _repository(call: Call, arn: str) -> Any:
    return call.backend("ecr").repositories[arn.split(":repository/")[1]].policy


def _secret(call: Call, arn: str) -> Any:
    return call.backend("secretsmanager").secrets[arn].policy


_READERS = {
    "iam": _trust, "kms": _key, "s3": _bucket, "sns": _topic, "sqs": _queue, "ecr": _repository,
    "secretsmanager": _secret,
}  # fmt: skip


def _text(document: Any) -> str:
    return document.decode() if isinstance(document, bytes) else str(document)
