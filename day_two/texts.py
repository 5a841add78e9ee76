"""Changes that the JSON schema cannot suggest: texts, lists, and values that need a second key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from day_two.bases import ABSENT, ACCOUNT, CERTIFICATE, COMPLETE, REGION, SECOND_HOST_KEY
from environments.sections.state import State

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """One change, for the base of that name (for every base when empty).

    Args:
        before: the old value, as text.
        after: the new value, as text.
        change: what is laid over the data of the base.
        base: name of the base; every base in which the change is valid when empty.
    """

    before: str
    after: str
    change: Callable[[Data], Data]
    base: str = ""


def _set(before: str, after: str, base: str = "", **sections: Any) -> Change:
    return Change(before, after, lambda _data: sections, base)


def _workers(before: str, after: str, edit: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Change:
    return Change(before, after, lambda data: {"workers": edit([dict(group) for group in data["workers"]])}, "complete")


A, B, C = (f"{REGION}{letter}" for letter in "abc")
DIGEST = "sha256:" + "a" * 64
WAIVER = {
    "rule": "CKV2_AWS_50",
    "address": "aws_elasticache_replication_group.broker",
    "reason": "A minute without a broker is acceptable here.",
    "owner": "platform team",
    "expires": "2099-11-30",
}
TEAM = {"name": "sales", "worker_groups": ["large"], "repository": "git@github.com:example/sales.git"}
GIT = {"delivery": "git_sync", "repository": "https://github.com/example/dags.git"}
OTLP = {"endpoint": "https://otel.example.com"}
LINEAGE = {"endpoint": "https://lineage.example.com"}
NIGHT = {"stop": "0 20 * * 1-5", "start": "30 6 * * 1-5"}


def _subnets(*tiers: str, drop: bool = False) -> Callable[[Data], Data]:
    def change(data: Data) -> Data:
        existing = data["network"]["existing"]
        third = {tier: f"subnet-{number}0000002" for number, tier in enumerate(tiers, 1)}
        return {"network": {"existing": {t: [*existing[t][drop:], third[t]] for t in tiers}}}

    return change


def _with_third_zone(data: Data) -> Data:
    network = _subnets("public_subnet_ids", "application_subnet_ids", "data_subnet_ids")(data)["network"]
    return {"network": {**network, "zones": [A, B, C]}}


def _reversed(section: str, key: str) -> Callable[[Data], Data]:
    return lambda data: {section: {key: list(reversed(data[section][key]))}}


EGRESS = {"cidr": "192.0.2.0/28", "port": 5439, "last_port": 5440, "reason": "Warehouse of the reports"}
STATEMENT = {"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::reports/*"]}
CONDITIONED = {**STATEMENT, "conditions": {"StringEquals": {"aws:RequestedRegion": [REGION]}}}
MANAGED = {"arn": f"arn:aws:iam::{ACCOUNT}:policy/reports"}
SERVICES: Mapping[str, tuple[str, Callable[[Data], Data]]] = {
    "workers[]": (
        "complete",
        lambda access: {
            "workers": [{**COMPLETE["workers"][0], **access}, *COMPLETE["workers"][1:]],
        },
    ),
    "ecs_executor": ("complete", lambda access: {"ecs_executor": access}),
    "components.triggerer": ("complete", lambda access: {"components": {"triggerer": access}}),
    "components.scheduler": ("lean", lambda access: {"components": {"scheduler": access}}),
    "components.standalone": ("single", lambda access: {"components": {"standalone": access}}),
}
"""The services that run code of DAGs: a base that has the service, and the change that gives access to it."""
ACCESS: Mapping[str, Data] = {
    **{f"egress[].{key}": {"egress": [EGRESS]} for key in ("cidr", "port", "last_port", "reason")},
    "egress[].security_group": {
        "egress": [{"security_group": "sg-00000001", "port": 5439, "reason": "Warehouse of the reports"}]
    },
    "policies[].arn": {"policies": [MANAGED]},
    "policies[].actions": {"policies": [STATEMENT]},
    "policies[].resources": {"policies": [STATEMENT]},
    "policies[].conditions": {"policies": [CONDITIONED]},
    "secrets": {"secrets": {"AIRFLOW_CONN_WAREHOUSE": "/data/warehouse"}},
}
"""The access that the keys below a service give."""
NO_CELERY: Data = {"workers": ABSENT, "components": ABSENT, "ecs_executor": ABSENT}


def _size(**change: Any) -> Callable[[Data], Data]:
    return lambda data: {"ecs_executor": {"sizes": [{**data["ecs_executor"]["sizes"][0], **change}]}}


CHANGES: Mapping[str, tuple[Change, ...]] = {
    **{
        f"{service}.{key}": (Change("absent", "given", lambda _data, give=give, access=access: give(access), base),)  # type: ignore[misc]
        for service, (base, give) in SERVICES.items()
        for key, access in ACCESS.items()
    },
    "name": (_set("lean", "lena", "lean", name="lena"),),
    "name_prefix": (_set("airflow", "af", "lean", name_prefix="af"),),
    "topology": tuple(
        _set(before, after, base, topology=after, **extra)
        for base, before, after, extra in (
            ("complete", "celery", "local_executor", NO_CELERY),
            ("complete", "celery", "single", NO_CELERY),
            ("complete", "celery", "ecs", {"workers": ABSENT, "components": ABSENT}),
            ("lean", "local_executor", "ecs", {}),
            ("lean", "local_executor", "celery", {}),
            ("lean", "local_executor", "single", {}),
            ("lean", "local_executor", "sequential", {}),
            ("single", "single", "sequential", {}),
            ("single", "single", "local_executor", {}),
            ("single", "single", "celery", {}),
        )
    ),
    "ecs_executor.sizes[].name": (Change("large", "huge", _size(name="huge"), "complete"),),
    "ecs_executor.sizes[].cpu": (Change("4096", "2048", _size(cpu=2048), "complete"),),
    "ecs_executor.sizes[].memory_mib": (Change("16384", "30720", _size(memory_mib=30720), "complete"),),
    "tags": (
        _set("{cost-center, team}", "{team}", "complete", tags={"cost-center": ABSENT}),
        _set("{cost-center, team}", "{cost-center, owner, team}", "complete", tags={"owner": "me"}),
        _set("team: data", "team: other", "complete", tags={"team": "other"}),
    ),
    "iam.path": (_set("/airflow/", "/data/", iam={"path": "/data/"}),),
    "iam.permissions_boundary": (
        _set("absent", "limits", iam={"permissions_boundary": f"arn:aws:iam::{ACCOUNT}:policy/limits"}),
    ),
    "iam.oidc.provider_arn": (
        _set(
            "absent",
            "given",
            "complete",
            iam={"oidc": {"provider_arn": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"}},
        ),
    ),
    "iam.oidc.github_repository": (
        _set("example/platform", "example/other", "complete", iam={"oidc": {"github_repository": "example/other"}}),
        _set("example/platform", "absent", "complete", iam={"oidc": ABSENT}),
    ),
    "iam.oidc.gitlab_project": (
        _set(
            "GitHub",
            "example/platform",
            "complete",
            iam={"oidc": {"github_repository": ABSENT, "gitlab_project": "example/platform"}},
        ),
    ),
    "iam.oidc.github_ids": (_set("absent", "1/2", "complete", iam={"oidc": {"github_ids": "1/2"}}),),
    "iam.oidc.github_environment": (
        _set("absent", "production", "complete", iam={"oidc": {"github_environment": "production"}}),
    ),
    "iam.oidc.branch": (_set("main", "release", "complete", iam={"oidc": {"branch": "release"}}),),
    "network.cidr": (_set("10.10.0.0/16", "10.20.0.0/16", "complete", network={"cidr": "10.20.0.0/16"}),),
    "network.zones": (
        _set("[b, c]", "[a, b, c]", "complete", network={"zones": [A, B, C]}),
        _set("[b, c]", "[c, b]", "complete", network={"zones": [C, B]}),
        _set("[b, c]", "[a, c]", "complete", network={"zones": [A, C]}),
        _set("[a, b]", "[a, b, c]", "lean", network={"zones": [A, B, C]}),
        _set("[a, b]", "[b, c]", "lean", network={"zones": [B, C]}),
        Change("existing [a, b]", "existing [a, b, c]", _with_third_zone, "guest"),
    ),
    "network.egress": (
        _set("nat_per_zone", "single_nat", "complete", network={"egress": "single_nat"}),
        _set("nat_per_zone", "none", "single", network={"egress": "none"}),
        _set("single_nat", "nat_per_zone", "lean", network={"egress": "nat_per_zone"}),
        _set("single_nat", "none", "lean", network={"egress": "none"}),
    ),
    "network.existing.vpc_id": (
        _set("vpc", "another", "guest", network={"existing": {"vpc_id": "vpc-0123456789abcdef0"}}),
    ),
    "network.existing.cidr": (
        _set("10.99.0.0/16", "10.98.0.0/15", "guest", network={"existing": {"cidr": "10.98.0.0/15"}}),
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
        _set("[]", "[1]", "guest", network={"existing": {"application_route_table_ids": ["rtb-00000001"]}}),
    ),
    "network.existing.endpoints_security_group_id": (
        _set("absent", "given", "guest", network={"existing": {"endpoints_security_group_id": "sg-00000001"}}),
    ),
    "load_balancer.scheme": (
        _set(
            "internal",
            "internet-facing",
            "complete",
            load_balancer={"scheme": "internet-facing", "allowed_cidrs": ["203.0.113.0/24"]},
        ),
    ),
    "load_balancer.certificate_arn": (
        _set("given", "another", "lean", load_balancer={"certificate_arn": CERTIFICATE[:-1] + "1"}),
        _set("absent", "given", "complete", load_balancer={"certificate_arn": CERTIFICATE}),
    ),
    "load_balancer.domain_name": (
        _set("airflow.example.com", "flow.example.com", "complete", load_balancer={"domain_name": "flow.example.com"}),
        _set(
            "absent",
            "airflow.example.com",
            "lean",
            load_balancer={"domain_name": "airflow.example.com", "hosted_zone_id": "Z00000EXAMPLE"},
        ),
    ),
    "load_balancer.hosted_zone_id": (
        _set("Z00000EXAMPLE", "Z00000ANOTHER", "complete", load_balancer={"hosted_zone_id": "Z00000ANOTHER"}),
    ),
    "load_balancer.certificate_zone_id": (
        _set("absent", "Z00000ANOTHER", "complete", load_balancer={"certificate_zone_id": "Z00000ANOTHER"}),
    ),
    "load_balancer.allowed_cidrs": (
        Change("[1, 2]", "[2, 1]", _reversed("load_balancer", "allowed_cidrs"), "complete"),
        _set("[1, 2]", "[2]", "complete", load_balancer={"allowed_cidrs": ["10.0.1.0/24"]}),
        _set(
            "[1, 2]",
            "[0, 1, 2]",
            "complete",
            load_balancer={"allowed_cidrs": ["10.0.3.0/24", "10.0.0.0/24", "10.0.1.0/24"]},
        ),
        _set("[]", "[1]", "lean", load_balancer={"allowed_cidrs": ["10.0.0.0/24"]}),
    ),
    "database.engine_version": (
        _set("16", "16.9", database={"engine_version": "16.9"}),
        _set("16", "17", database={"engine_version": "17"}),
    ),
    "database.instance_class": (
        _set("db.m7g.large", "db.m7g.xlarge", "complete", database={"instance_class": "db.m7g.xlarge"}),
        _set("db.t4g.medium", "db.t4g.small", "lean", database={"instance_class": "db.t4g.small"}),
    ),
    "broker.engine": (
        _set("valkey", "redis", "complete", broker={"engine": "redis", "engine_version": "7.1"}),
        _set("redis", "valkey", "guest", broker={"engine": "valkey", "engine_version": "8.0"}),
    ),
    "broker.engine_version": (
        _set("8.0", "8.1", "complete", broker={"engine_version": "8.1"}),
        _set("8.0", "7.2", "complete", broker={"engine_version": "7.2"}),
        _set("7.0", "7.1", "guest", broker={"engine_version": "7.1"}),
    ),
    "broker.node_type": (
        _set("cache.t4g.small", "cache.t4g.medium", "complete", broker={"node_type": "cache.t4g.medium"}),
        _set("cache.t4g.small", "cache.t4g.micro", "guest", broker={"node_type": "cache.t4g.micro"}),
    ),
    "airflow.image_tag": (_set("3.3.2-1", "3.3.2-2", airflow={"image_tag": "3.3.2-2"}),),
    "airflow.image_digest": (_set("absent", "sha256:aaaa...", airflow={"image_digest": DIGEST}),),
    "auth.mode": (
        _set("oidc", "password", "complete", auth=ABSENT),
        _set(
            "password",
            "oidc",
            "lean",
            load_balancer={"domain_name": "airflow.example.com"},
            auth={**COMPLETE["auth"]},
        ),
        _set("password", "alb_oidc", "single", auth={**COMPLETE["auth"], "mode": "alb_oidc"}),
    ),
    "auth.issuer": (
        _set("login.example.com", "id.example.com", "complete", auth={"issuer": "https://id.example.com"}),
    ),
    "auth.client_id": (_set("airflow", "other", "complete", auth={"client_id": "other"}),),
    "auth.scopes": (_set("[email, profile]", "[groups]", "complete", auth={"scopes": ["groups"]}),),
    "auth.username_claim": (_set("sub", "upn", "complete", auth={"username_claim": "upn"}),),
    "auth.groups_claim": (_set("groups", "roles", "complete", auth={"groups_claim": "roles"}),),
    "auth.roles": (
        _set("{Admin, Viewer}", "{Admin, Op, Viewer}", "complete", auth={"roles": {"Op": ["on-call"]}}),
        _set(
            "[everybody, guests]",
            "[guests, everybody]",
            "complete",
            auth={"roles": {"Viewer": ["guests", "everybody"]}},
        ),
    ),
    "airflow.config": (
        _set("{}", "{1}", "lean", airflow={"config": {"AIRFLOW__SMTP__SMTP_MAIL_FROM": "a@example.com"}}),
        _set("{1}", "{}", "complete", airflow={"config": ABSENT}),
    ),
    "workers[].name": (
        _workers("large", "huge", lambda groups: [groups[0] | {"name": "huge"}, groups[1]]),
        _workers("[large, small]", "[small, large]", lambda groups: groups[::-1]),
        _workers("[large, small]", "[small]", lambda groups: groups[1:]),
        _workers("[large, small]", "[a, large, small]", lambda groups: [{"name": "a", "queues": ["new"]}, *groups]),
    ),
    "workers[].queues": (
        _workers(
            "[heavy, slow]", "[slow, heavy]", lambda groups: [groups[0] | {"queues": ["slow", "heavy"]}, groups[1]]
        ),
        _workers("[heavy, slow]", "[heavy]", lambda groups: [groups[0] | {"queues": ["heavy"]}, groups[1]]),
        _workers(
            "[heavy, slow]",
            "[fast, heavy, slow]",
            lambda groups: [groups[0] | {"queues": ["fast", "heavy", "slow"]}, groups[1]],
        ),
    ),
    "dags.delivery": (
        *(_set("git_sync", after, "complete", dags={"delivery": after}) for after in ("git_bundle",)),
        _set("git_sync", "baked", "complete", dags=ABSENT),
        _set("baked", "s3", "lean", dags={"delivery": "s3"}),
        _set("s3", "baked", "single", dags={"delivery": "baked"}),
        _set("baked", "git_sync", "lean", dags=GIT),
        _set("baked", "git_bundle", "lean", dags={**GIT, "delivery": "git_bundle"}),
    ),
    "dags.repository": (
        _set(
            "git@...:example/dags", "git@...:example/d", "complete", dags={"repository": "git@github.com:example/d.git"}
        ),
    ),
    "dags.branch": (_set("main", "release", "complete", dags={"branch": "release"}),),
    "dags.subdirectory": (_set("dags", "team/dags", "complete", dags={"subdirectory": "team/dags"}),),
    "dags.deploy_key": (
        _set(
            "true",
            "false",
            "complete",
            dags={
                "repository": "https://github.com/example/dags.git",
                "deploy_key": False,
                "known_hosts": ABSENT,
            },
        ),
    ),
    "dags.known_hosts": (
        Change("[1, 2]", "[2, 1]", _reversed("dags", "known_hosts"), "complete"),
        Change("[1, 2]", "[1]", lambda data: {"dags": {"known_hosts": data["dags"]["known_hosts"][:1]}}, "complete"),
        Change(
            "[1, 2]",
            "[1, 2, 3]",
            lambda data: {
                "dags": {
                    "known_hosts": [
                        *data["dags"]["known_hosts"],
                        SECOND_HOST_KEY.replace("git.example.com", "a.example.com"),
                    ]
                }
            },
            "complete",
        ),
    ),
    **{
        f"teams[].{key}": (_set("[]", "[1]", "complete", teams=[TEAM], dags={"delivery": "git_bundle"}),)
        for key in ("name", "worker_groups", "repository", "branch", "subdirectory", "pool_slots")
    },
    "alarms.scheduler_heartbeat_seconds": (
        _set("120", "180", "complete", alarms={"scheduler_heartbeat_seconds": 180}),
        _set("120", "60", "complete", alarms={"scheduler_heartbeat_seconds": 60}),
    ),
    "alarms.email": (
        _set("airflow@...", "other@...", "complete", alarms={"email": "other@example.com"}),
        _set("airflow@...", "absent", "complete", alarms={"email": ABSENT}),
    ),
    "telemetry.otlp.endpoint": (
        _set("absent", "given", "complete", telemetry={"otlp": OTLP}),
        _set("absent", "given on port 4318", "lean", telemetry={"otlp": {"endpoint": "https://otel.example.com:4318"}}),
    ),
    "telemetry.otlp.cidr": (_set("10.50...", "10.51...", "guest", telemetry={"otlp": {"cidr": "10.51.0.0/24"}}),),
    "telemetry.otlp.authenticate": (
        _set("absent", "true", "complete", telemetry={"otlp": {**OTLP, "authenticate": True}}),
    ),
    "telemetry.openlineage.endpoint": (_set("absent", "given", "complete", telemetry={"openlineage": LINEAGE}),),
    "telemetry.openlineage.cidr": (
        _set("10.50...", "10.51...", "guest", telemetry={"openlineage": {"cidr": "10.51.0.0/24"}}),
    ),
    "telemetry.openlineage.authenticate": (
        _set("absent", "true", "complete", telemetry={"openlineage": {**LINEAGE, "authenticate": True}}),
    ),
    "hibernation.stop": (
        _set("20:00", "21:00", "complete", hibernation={"stop": "0 21 * * 1-5"}),
        _set("20:00", "absent", "complete", hibernation=ABSENT),
        _set("absent", "20:00", "lean", hibernation=NIGHT),
    ),
    "hibernation.start": (_set("06:30", "07:30", "complete", hibernation={"start": "30 7 * * 1-5"}),),
    "hibernation.timezone": (_set("UTC", "Europe/Berlin", "complete", hibernation={"timezone": "Europe/Berlin"}),),
    "cleanup.schedule": (_set("sunday", "saturday", "complete", cleanup={"schedule": "0 3 * * 6"}),),
    **{
        f"waivers[].{key}": (_set("[]", "[1]", "complete", waivers=[WAIVER]),)
        for key in ("rule", "address", "reason", "owner", "expires")
    },
}
"""The changes of these keys, instead of those that the schema suggests."""
UNPLANNED: Mapping[str, str] = {
    "components.standalone.count": "1 is the only valid value",
    "account_id": "the provider rejects every other account (`allowed_account_ids`)",
    "region": "no resource exists in another region: the plan guard rejects a plan for which data stores disappeared",
    **{
        f"state.{key}": "the new state is empty, and `make deploy` rejects the empty state of an environment that runs"
        for key in State.model_fields
    },
}
"""Keys whose changes are not planned, each with the reason."""
