"""The environments under test, and what the network rules find in them."""

from __future__ import annotations

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Verdict
from terraform_gate.rules.catalog import all_rules

RULES = [rule for rule in all_rules() if rule.id.startswith(("AF_SG_", "AF_NACL_", "AF_NET_"))]


EXISTING = {
    "vpc_id": "vpc-0123456789abcdef0",
    "cidr": "10.10.0.0/16",
    "public_subnet_ids": ["subnet-0000000000000000a", "subnet-0000000000000000b"],
    "application_subnet_ids": ["subnet-1000000000000000a", "subnet-1000000000000000b"],
    "data_subnet_ids": ["subnet-2000000000000000a", "subnet-2000000000000000b"],
    "application_route_table_ids": ["rtb-0123456789abcdef0"],
}


def findings(configuration: Configuration) -> set[str]:
    return {
        rule.id for rule in RULES for finding in rule.evaluate(configuration) if finding.verdict is not Verdict.PASS
    }
