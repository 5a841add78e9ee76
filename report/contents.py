"""Everything that the page of one environment shows."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from environments.derived.quota_usage import Usage, quota_usage
from report.changes.applied import Applied, applied_of
from report.changes.change import Change, changes_of, rejected
from report.cost.estimate import Estimate, estimate
from report.cost.prices import PriceList
from report.cost.profile import Profile
from report.cost.variants import Variant, variants_of
from report.picture.drawing import Picture, picture_of
from report.source import Source
from report.view.access import Matrix, Role, permissions, reachability, roles_of
from report.view.component import Landscape
from report.view.effects import Effect, effects_of
from report.view.gate import GateResult, gate_result, start_gate
from report.view.landscape import landscape_of


@dataclass(frozen=True, kw_only=True)
class Contents:
    """The contents of a report. ``gate`` and ``variants`` are None when they were left out."""

    source: Source
    resources: int
    landscape: Landscape
    picture: Picture | None
    reach: Matrix
    roles: Sequence[Role]
    permissions: Matrix
    cost: Estimate
    variants: Sequence[Variant] | None
    gate: GateResult | None
    quotas: Sequence[Usage]
    effects: Sequence[Effect]
    changes: Sequence[Change] | None
    rejected: Sequence[str]
    applied: Sequence[Applied]
    date: datetime.date
    cost_by_name: dict[str, float | None] = field(default_factory=dict)


def contents_of(
    source: Source,
    *,
    prices: PriceList,
    profile: Profile,
    today: datetime.date,
    with_gate: bool = True,
    with_variants: bool = True,
) -> Contents:
    """Collect the contents; the gate runs in a separate process meanwhile.

    Raises:
        ReportError: the layout engine is missing or failed.
    """
    gate = start_gate(source.folders, source.plan_files) if with_gate else None
    try:
        configuration, environment = source.configuration, source.environment
        landscape, roles = landscape_of(configuration), roles_of(configuration)
        cost = estimate(configuration, environment, prices=prices, profile=profile)
        variants = (
            variants_of(source.file, environment, cost, prices=prices, profile=profile) if with_variants else None
        )
        return Contents(
            source=source,
            resources=sum(not resource.is_data for resource in configuration.resources.values()),
            landscape=landscape,
            picture=picture_of(landscape),
            reach=reachability(landscape),
            roles=roles,
            permissions=permissions(roles),
            cost=cost,
            variants=variants,
            gate=gate_result(gate) if gate else None,
            quotas=quota_usage(environment),
            effects=tuple(effects_of(environment)),
            changes=changes_of(source.plans) if source.plans else None,
            rejected=rejected(source.plans, environment.waivers, today),
            applied=applied_of(source),
            date=today,
            cost_by_name=cost.by("address"),
        )
    finally:
        if gate and gate.poll() is None:
            gate.kill()
            gate.wait()
