"""Changes of worker groups, of the ECS executor, and of the access of DAGs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from day_two.bases import ABSENT, ACCOUNT, COMPLETE, REGION
from day_two.changes.change import Change, Data, set_, workers

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


def _size(**change: Any) -> Callable[[Data], Data]:
    return lambda data: {"ecs_executor": {"sizes": [{**data["ecs_executor"]["sizes"][0], **change}]}}


CHANGES: Mapping[str, tuple[Change, ...]] = {
    **{
        f"{service}.{key}": (Change("absent", "given", lambda _data, give=give, access=access: give(access), base),)  # type: ignore[misc]
        for service, (base, give) in SERVICES.items()
        for key, access in ACCESS.items()
    },
    "components.flower": (
        set_("given", "absent", "complete", components={"flower": ABSENT}),
        set_("absent", "given", "guest", components={"flower": {}}),
    ),
    "ecs_executor": (
        set_("given", "absent", "complete", ecs_executor=ABSENT),
        set_("absent", "given", "guest", ecs_executor={}),
    ),
    "ecs_executor.sizes[].name": (Change("large", "huge", _size(name="huge"), "complete"),),
    "ecs_executor.sizes[].cpu": (Change("4096", "2048", _size(cpu=2048), "complete"),),
    "ecs_executor.sizes[].memory_mib": (Change("16384", "30720", _size(memory_mib=30720), "complete"),),
    "workers[].name": (
        workers("large", "huge", lambda groups: [groups[0] | {"name": "huge"}, groups[1]]),
        workers("[large, small]", "[small, large]", lambda groups: groups[::-1]),
        workers("[large, small]", "[small]", lambda groups: groups[1:]),
        workers("[large, small]", "[a, large, small]", lambda groups: [{"name": "a", "queues": ["new"]}, *groups]),
    ),
    "workers[].queues": (
        workers(
            "[heavy, slow]", "[slow, heavy]", lambda groups: [groups[0] | {"queues": ["slow", "heavy"]}, groups[1]]
        ),
        workers("[heavy, slow]", "[heavy]", lambda groups: [groups[0] | {"queues": ["heavy"]}, groups[1]]),
        workers(
            "[heavy, slow]",
            "[fast, heavy, slow]",
            lambda groups: [groups[0] | {"queues": ["fast", "heavy", "slow"]}, groups[1]],
        ),
    ),
}
