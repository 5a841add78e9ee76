"""What AWS bills for an ECS service on Fargate."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.terraform_resource import Resource

from report.cost.item import Item, Usage
from report.view import sizes

PER_UNIT = 1024
"""CPU units of a vCPU, and MiB of a GiB."""


def hour_items(
    usage: Usage,
    tasks: float,
    *,
    address: str,
    key: str,
    cpu: float,
    memory_mib: float,
    architecture: str,
    spot: bool,
    assumption: str,
) -> Iterator[Item]:
    """Yield vCPU-hours and GiB-hours of Fargate tasks of one size, of which ``tasks`` run on average."""
    chip, suffix = "arm" if architecture == "ARM64" else "x86", "*spot" if spot else ""
    for unit, shown, amount in (("vcpu", "vCPU", cpu), ("gib", "GiB", memory_mib)):
        if tasks > 0:
            yield Item(
                address=address,
                key=key,
                what=f"Fargate {shown}-hours, {'Spot' if spot else 'on demand'}",
                quantity=tasks * (amount / PER_UNIT) * usage.hours,
                price=f"fargate.{chip}.{unit}{suffix}",
                assumption=assumption,
            )


def service_items(usage: Usage, resource: Resource) -> Iterator[Item]:
    """Yield vCPU-hours and GiB-hours, on demand and on Spot capacity."""
    task = sizes.task_definition_of(usage.configuration, resource)
    if task is None:
        return
    name = str(resource.get("name"))
    low, high = sizes.task_counts(usage.configuration, resource)
    share = usage.profile.busy_share
    average = usage.profile.tasks.get(name, low + (high - low) * share)
    assumption = ""
    if name in usage.profile.tasks:
        assumption = f"{name}: {average:g} tasks on average, measured"
    elif low != high:
        assumption = f"{name}: {average:g} tasks on average, {low} plus {share:.0%} of the way to {high}"
    base = min(average, max(sizes.on_demand_base(resource), 0))
    spot = (average - base) * sizes.spot_share(resource)
    key = f"workers[{name.removeprefix('worker-')}]" if name.startswith("worker-") else f"components.{name}"
    for tasks, on_spot in ((average - spot, False), (spot, True)):
        yield from hour_items(
            usage,
            tasks,
            address=resource.address,
            key=key.replace("-", "_") if key.startswith("components") else key,
            cpu=sizes.number(task.get("cpu")),
            memory_mib=sizes.number(task.get("memory")),
            architecture=str(task.get("runtime_platform", "cpu_architecture", default="X86_64")),
            spot=on_spot,
            assumption=assumption,
        )
