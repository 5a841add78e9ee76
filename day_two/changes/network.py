"""Changes of the network and the load balancer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from day_two.bases import ABSENT, CERTIFICATE, REGION
from day_two.changes.change import Change, Data, reversed_, set_

A, B, C = (f"{REGION}{letter}" for letter in "abc")
OTHER_VPC = {
    "vpc_id": "vpc-0123456789abcdef0",
    "cidr": "10.11.0.0/16",
    **{
        f"{tier}_subnet_ids": [f"subnet-{number}0000001", f"subnet-{number}0000002"]
        for number, tier in enumerate(("public", "application", "data"))
    },
}


def _subnets(*tiers: str, drop: bool = False) -> Callable[[Data], Data]:
    def change(data: Data) -> Data:
        existing = data["network"]["existing"]
        third = {tier: f"subnet-{number}0000002" for number, tier in enumerate(tiers, 1)}
        return {"network": {"existing": {t: [*existing[t][drop:], third[t]] for t in tiers}}}

    return change


def _with_third_zone(data: Data) -> Data:
    network = _subnets("public_subnet_ids", "application_subnet_ids", "data_subnet_ids")(data)["network"]
    return {"network": {**network, "zones": [A, B, C]}}


CHANGES: Mapping[str, tuple[Change, ...]] = {
    "network.cidr": (set_("10.10.0.0/16", "10.20.0.0/16", "complete", network={"cidr": "10.20.0.0/16"}),),
    "network.zones": (
        set_("[b, c]", "[a, b, c]", "complete", network={"zones": [A, B, C]}),
        set_("[b, c]", "[c, b]", "complete", network={"zones": [C, B]}),
        set_("[b, c]", "[a, c]", "complete", network={"zones": [A, C]}),
        set_("[a, b]", "[a, b, c]", "lean", network={"zones": [A, B, C]}),
        set_("[a, b]", "[b, c]", "lean", network={"zones": [B, C]}),
        Change("existing [a, b]", "existing [a, b, c]", _with_third_zone, "guest"),
    ),
    "network.egress": (
        set_("nat_per_zone", "single_nat", "complete", network={"egress": "single_nat"}),
        set_("nat_per_zone", "none", "single", network={"egress": "none"}),
        set_("single_nat", "nat_per_zone", "lean", network={"egress": "nat_per_zone"}),
        set_("single_nat", "none", "lean", network={"egress": "none"}),
    ),
    "network.existing": (
        set_(
            "given",
            "absent",
            "guest",
            network={"existing": ABSENT, "cidr": "10.99.0.0/16"},
            telemetry={"otlp": ABSENT, "openlineage": ABSENT},
        ),
        set_("absent", "given", "lean", network={"existing": OTHER_VPC, "cidr": ABSENT}),
    ),
    "network.existing.vpc_id": (
        set_("vpc", "another", "guest", network={"existing": {"vpc_id": "vpc-0123456789abcdef0"}}),
    ),
    "network.existing.cidr": (
        set_("10.99.0.0/16", "10.98.0.0/15", "guest", network={"existing": {"cidr": "10.98.0.0/15"}}),
    ),
    **{
        f"network.existing.{tier}": (
            Change(
                "[1, 2]",
                "[2, 1]",
                lambda data, tier=tier: {  # type: ignore[misc]
                    "network": {"existing": {tier: list(reversed(data["network"]["existing"][tier]))}}
                },
                "guest",
            ),
            Change("[1, 2]", "[2, 3]", _subnets(tier, drop=True), "guest"),
        )
        for tier in ("public_subnet_ids", "application_subnet_ids", "data_subnet_ids")
    },
    "network.existing.application_route_table_ids": (
        set_("[]", "[1]", "guest", network={"existing": {"application_route_table_ids": ["rtb-00000001"]}}),
    ),
    "network.existing.endpoints_security_group_id": (
        set_("absent", "given", "guest", network={"existing": {"endpoints_security_group_id": "sg-00000001"}}),
    ),
    "load_balancer.scheme": (
        set_(
            "internal",
            "internet-facing",
            "complete",
            load_balancer={"scheme": "internet-facing", "allowed_cidrs": ["203.0.113.0/24"]},
        ),
    ),
    "load_balancer.certificate_arn": (
        set_("given", "another", "lean", load_balancer={"certificate_arn": CERTIFICATE[:-1] + "1"}),
        set_("absent", "given", "complete", load_balancer={"certificate_arn": CERTIFICATE}),
    ),
    "load_balancer.domain_name": (
        set_("airflow.example.com", "flow.example.com", "complete", load_balancer={"domain_name": "flow.example.com"}),
        set_(
            "absent",
            "airflow.example.com",
            "lean",
            load_balancer={"domain_name": "airflow.example.com", "hosted_zone_id": "Z00000EXAMPLE"},
        ),
    ),
    "load_balancer.hosted_zone_id": (
        set_("Z00000EXAMPLE", "Z00000ANOTHER", "complete", load_balancer={"hosted_zone_id": "Z00000ANOTHER"}),
    ),
    "load_balancer.certificate_zone_id": (
        set_("absent", "Z00000ANOTHER", "complete", load_balancer={"certificate_zone_id": "Z00000ANOTHER"}),
    ),
    "load_balancer.allowed_cidrs": (
        Change("[1, 2]", "[2, 1]", reversed_("load_balancer", "allowed_cidrs"), "complete"),
        set_("[1, 2]", "[2]", "complete", load_balancer={"allowed_cidrs": ["10.0.1.0/24"]}),
        set_(
            "[1, 2]",
            "[0, 1, 2]",
            "complete",
            load_balancer={"allowed_cidrs": ["10.0.3.0/24", "10.0.0.0/24", "10.0.1.0/24"]},
        ),
        set_("[]", "[1]", "lean", load_balancer={"allowed_cidrs": ["10.0.0.0/24"]}),
    ),
}
