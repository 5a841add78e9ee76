"""Mock values for attributes that AWS would compute, in the format that the provider checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modules.export.examples import REGION

ACCOUNT = "111111111111"
IDS: Mapping[str, str] = {
    "aws_eip": "eipalloc-0123456789abcdef0",
    "aws_internet_gateway": "igw-0123456789abcdef0",
    "aws_nat_gateway": "nat-0123456789abcdef0",
    "aws_network_acl": "acl-0123456789abcdef0",
    "aws_route_table": "rtb-0123456789abcdef0",
    "aws_security_group": "sg-0123456789abcdef0",
    "aws_subnet": "subnet-0123456789abcdef0",
    "aws_vpc": "vpc-0123456789abcdef0",
    "aws_vpc_endpoint": "vpce-0123456789abcdef0",
}
# Service of the ARN where it differs from the first word of the resource type.
SERVICES: Mapping[str, str] = {
    "aws_cloudwatch_log_group": "logs",
    "aws_db": "rds",
    "aws_lb": "elasticloadbalancing",
    "aws_service_discovery": "servicediscovery",
    "aws_vpc": "ec2",
}
VALUES: Mapping[tuple[str, str], Any] = {
    ("aws_acm_certificate", "domain_validation_options"): [
        {
            "domain_name": "airflow.example.org",
            "resource_record_name": "_0123.airflow.example.org.",
            "resource_record_type": "CNAME",
            "resource_record_value": "_4567.acm-validations.aws.",
        }
    ],
}


def mock_value(kind: str, attribute: str) -> Any:
    """A value for ``attribute`` of the resource type ``kind``: an ARN, an id with AWS's prefix, or a name."""
    if (kind, attribute) in VALUES:
        return VALUES[kind, attribute]
    if attribute.endswith("arn"):
        return _arn(kind)
    if attribute.endswith("id"):
        return IDS.get(kind, f"{kind.removeprefix('aws_').replace('_', '-')}-0123456789abcdef0")
    return f"{attribute.replace('_', '-')}.example.com"


def _arn(kind: str) -> str:
    found = [service for prefix, service in SERVICES.items() if kind.startswith(prefix)]
    service = found[0] if found else kind.split("_")[1]
    place = {"iam": f":{ACCOUNT}", "s3": ":"}.get(service, f"{REGION}:{ACCOUNT}")
    resource = {"aws_iam_role": "role/example", "aws_s3_bucket": "example"}.get(
        kind, f"{kind.split('_', 1)[1]}/example"
    )
    return f"arn:aws:{service}:{place}:{resource}"
