"""What AWS bills for an ECS service on Fargate."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.terraform_resource import Resource

from report.cost.item import Item, Usage
from report.view import sizes


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
    cpu, memory = sizes.number(task.get("cpu")) / 1024, sizes.number(task.get("memory")) / 1024
    architecture = str(task.get("runtime_platform", "cpu_architecture", default="X86_64"))
    chip = "arm" if architecture == "ARM64" else "x86"
    key = f"workers[{name.removeprefix('worker-')}]" if name.startswith("worker-") else f"components.{name}"
    for label, tasks, suffix in (("on demand", average - spot, ""), ("Spot", spot, "*spot")):
        if tasks > 0:
            for unit, amount in (("vcpu", cpu), ("gib", memory)):
                yield Item(
                    address=resource.address,
                    key=key.replace("-", "_") if key.startswith("components") else key,
                    what=f"Fargate {'vCPU' if unit == 'vcpu' else 'GiB'}-hours, {label}",
                    quantity=tasks * amount * usage.hours,
                    price=f"fargate.{chip}.{unit}{suffix}",
                    assumption=assumption,
                )
