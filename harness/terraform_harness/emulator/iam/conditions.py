"""The condition keys of a request and of the resource that it acts on."""

from __future__ import annotations

from collections.abc import Mapping

from terraform_harness.emulator.iam.dependents import boundary_context
from terraform_harness.emulator.validation.requests import Call

GLOBAL = frozenset({"iam", "route53", "budgets", "cloudfront"})
GLOBAL_REGION = "us-east-1"


def request_context(call: Call) -> Mapping[str, str | list[str]]:
    """Return the condition keys of a request; requests count as sent over TLS."""
    context: dict[str, str | list[str]] = {
        "aws:RequestedRegion": GLOBAL_REGION if call.service in GLOBAL else call.region,
        "aws:SecureTransport": "true",
        **boundary_context(call),
    }
    parameters = call.parameters
    if call.service == "ecs" and (cluster := parameters.get("cluster")):
        arn = str(cluster)
        own = arn if arn.startswith("arn:") else f"arn:aws:ecs:{call.region}:{call.account}:cluster/{arn}"
        context["ecs:cluster"] = own
    if call.service == "ecs" and (container := parameters.get("container")):
        context["ecs:container-name"] = str(container)
    if call.service == "cloudwatch" and (namespace := parameters.get("Namespace")):
        context["cloudwatch:namespace"] = str(namespace)
    if call.service == "s3" and (prefix := parameters.get("Prefix")) is not None:
        context["s3:prefix"] = str(prefix)
    if call.service == "iam" and (policy := parameters.get("PolicyArn")):
        context["iam:PolicyARN"] = str(policy)
    tags = parameters.get("Tags") or parameters.get("tags")
    if isinstance(tags, list):
        pairs = [
            (item.get("Key") or item.get("key"), item.get("Value") or item.get("value"))
            for item in tags
            if isinstance(item, Mapping)
        ]
        context |= {f"aws:RequestTag/{key}": str(value) for key, value in pairs if key and value}
        context["aws:TagKeys"] = [str(key) for key, _ in pairs if key]
    return context


def resource_context(call: Call, resource: str) -> Mapping[str, list[str]]:
    """Return the condition keys of a resource: the aliases of a KMS key."""
    if ":kms:" not in resource or ":key/" not in resource:
        return {}
    key = call.backend("kms").keys.get(resource.rpartition("/")[2])
    return {
        "kms:ResourceAliases": [
            name if name.startswith("alias/") else f"alias/{name}" for name in (key.aliases if key else ())
        ]
    }
