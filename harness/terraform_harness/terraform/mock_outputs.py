"""Mock outputs of a stack, so that stacks that read its state can be planned before it exists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

REFERENCE = re.compile(
    r"\$\{(?P<type>aws_[a-z0-9_]+)\.(?P<name>[A-Za-z0-9_-]+)(?:\[[^\]]*\])?\.(?P<attribute>[a-z0-9_]+)\}"
)
ACCOUNT, REGION = "111111111111", "eu-central-1"
# Forms of ids and ARNs: docs.aws.amazon.com, *Service Authorization Reference*.
ID_PREFIXES = {
    "aws_vpc": "vpc",
    "aws_subnet": "subnet",
    "aws_security_group": "sg",
    "aws_route_table": "rtb",
    "aws_network_acl": "acl",
    "aws_vpc_endpoint": "vpce",
}
ARNS = {
    "aws_kms_key": "arn:aws:kms:{region}:{account}:key/00000000-0000-4000-8000-{hash12}",
    "aws_iam_role": "arn:aws:iam::{account}:role/{name}",
    "aws_s3_bucket": "arn:aws:s3:::{name}",
    "aws_ssm_parameter": "arn:aws:ssm:{region}:{account}:parameter/{name}",
    "aws_cloudwatch_log_group": "arn:aws:logs:{region}:{account}:log-group:{name}",
    "aws_ecr_repository": "arn:aws:ecr:{region}:{account}:repository/{name}",
    "aws_sns_topic": "arn:aws:sns:{region}:{account}:{name}",
    "aws_db_proxy": "arn:aws:rds:{region}:{account}:db-proxy:prx-{hash12}",
}


def outputs(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mock value for every output of ``configuration``: a string or a list, as in the configuration.

    ARNs and ids have the form that AWS gives them, because the provider validates them when it plans.

    >>> outputs({"output": {"logs_arn": {"value": "${aws_s3_bucket.logs.arn}"}}})
    {'logs_arn': 'arn:aws:s3:::logs'}
    """
    declared = configuration.get("output", {})
    return {name: _value(output.get("value", name), name) for name, output in declared.items()}


def _value(expression: Any, name: str) -> Any:
    if isinstance(expression, list):
        return [_value(item, f"{name}-{index}") for index, item in enumerate(expression)]
    if not isinstance(expression, str) or "${" not in expression:
        return expression
    found = REFERENCE.fullmatch(expression)
    if found is None:
        return (
            REFERENCE.sub(lambda match: _attribute(match, name), expression) if REFERENCE.search(expression) else name
        )
    return _attribute(found, name)


def _attribute(reference: re.Match[str], output: str) -> str:
    type_, name, attribute = reference["type"], reference["name"].replace("_", "-"), reference["attribute"]
    digest = sha256(f"{type_}.{name}".encode()).hexdigest()
    if attribute == "arn":
        form = ARNS.get(type_, "arn:aws:" + type_.removeprefix("aws_").replace("_", "-") + ":{region}:{account}:{name}")
        return form.format(region=REGION, account=ACCOUNT, name=name, hash12=digest[:12])
    if attribute == "id" and type_ in ID_PREFIXES:
        return f"{ID_PREFIXES[type_]}-{digest[:17]}"
    if attribute == "prefix_list_id":
        return f"pl-{digest[:8]}"
    return "1" if attribute.endswith("version") else name or output
