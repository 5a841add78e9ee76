"""Reports the changes of a plan that lose data or interrupt users."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from terraform_gate.finding import Finding, Severity
from terraform_gate.gate.outcome import RuleCard
from terraform_gate.interruptions import RULE, interruptions
from terraform_gate.reading.inputs import Plan
from terraform_gate.terraform_resource import Resource

INTERRUPTION_CARD = RuleCard(
    id=RULE,
    title="A plan destroys and replaces nothing that holds data or that users reach",
    severity=Severity.HIGH,
    remediation="Undo the change, or accept it with a waiver that is valid until the change is applied.",
    why="A replaced data store is empty, and a replaced service, address, name or network interrupts its users.",
)


def interruption_findings(plans: Mapping[str, Plan]) -> Iterator[Finding]:
    """Yield a ``fail`` for each change that destroys data or interrupts users; none for Terraform JSON.

    Args:
        plans: The plans by the name of their stack.
    """
    for stack, plan in plans.items():
        for change, line in interruptions(plan.document):
            address, kind = str(change["address"]), str(change["type"])
            resource = Resource(
                stack=stack,
                address=address,
                type=kind,
                name=str(change.get("name", address.rpartition(".")[2])),
                body={},
                file=plan.file,
                is_planned=True,
            )
            yield Finding.fail(resource, line)
