"""Values of the generated examples, which belong to no environment of this project."""

from __future__ import annotations

from typing import Any

NOT_GIVEN: Any = object()
REGION = "eu-west-1"
EXAMPLES = {
    "account_id": "111111111111",
    "certificate_arn": f"arn:aws:acm:{REGION}:111111111111:certificate/00000000-0000-4000-8000-000000000000",
    "cidr": "10.0.0.0/16",
    "dags_repository": "https://git.example.com/team/dags.git",
    "domain_name": "airflow.example.org",
    "email": "team@example.org",
    "github_repository": "example/repository",
    "hosted_zone_id": "Z0123456789EXAMPLE",
    "name": "example",
    "region": REGION,
    "start": "0 6 * * 1-5",
    "stop": "0 20 * * 1-5",
    "vpc_id": "vpc-0123456789abcdef0",
    **{
        f"{tier}_subnet_ids": [f"subnet-0000000{number}{zone}" for zone in "abc"]
        for number, tier in enumerate(("public", "application", "data"))
    },
    "application_route_table_ids": ["rtb-0000000a", "rtb-0000000b"],
}


def example_of(name: str) -> Any:
    """The example of the variable ``name``: the one with the longest matching end of a name, or NOT_GIVEN."""
    fits = [key for key in EXAMPLES if name == key or name.endswith(f"_{key}")]
    return EXAMPLES[max(fits, key=len)] if fits else NOT_GIVEN
