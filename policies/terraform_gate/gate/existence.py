"""Makes a ``pass`` unknown when it depends on a resource whose ``count`` or ``for_each`` is not known.

The rules run twice: with all resources, and without those that may be absent. A resource that passes the first time and
does not pass the second time is protected by a resource that may not exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from terraform_gate.configuration import Configuration, configuration_of
from terraform_gate.finding import Finding, Verdict
from terraform_gate.gate.outcome import RuleCard

Found = tuple[int, RuleCard, Finding]
"""Number of the configuration, rule, finding."""


def without_absent(configuration: Configuration) -> Configuration | None:
    """Return the configuration without the resources that may be absent; None when no resource may be absent."""
    if not any(resource.may_be_absent for resource in configuration.resources.values()):
        return None
    certain = (resource for resource in configuration.resources.values() if not resource.may_be_absent)
    return configuration_of(certain, stacks=configuration.stacks, other_stacks=configuration.other_stacks)


def doubted(
    found: Sequence[Found], configurations: Sequence[Configuration], without: Mapping[int, int]
) -> Iterator[Found]:
    """Yield the findings on the complete configurations, each doubtful ``pass`` as ``unknown``.

    Args:
        found: The findings on the complete configurations and on those without resources that may be absent.
        configurations: The configurations of ``found``.
        without: Number of a configuration without resources that may be absent -> number of the complete one.
    """
    doubts = {
        (without[view], card.id, finding.resource.key)
        for view, card, finding in found
        if view in without and finding.verdict is not Verdict.PASS
    }
    reasons = {view: _reason(configurations[view]) for view, _, _ in doubts}
    for view, card, finding in found:
        if view in without:
            continue
        if finding.verdict is Verdict.PASS and (view, card.id, finding.resource.key) in doubts:
            yield view, card, Finding.unknown(finding.resource, reasons[view])
        else:
            yield view, card, finding


def _reason(configuration: Configuration) -> str:
    listed = [item.address for item in configuration.resources.values() if item.may_be_absent]
    more = f" and {len(listed) - 3} more" if len(listed) > 3 else ""
    return f"depends on whether {', '.join(listed[:3])}{more} exists: count or for_each is not known"
