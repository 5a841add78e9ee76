"""Who may do what: the reachability matrix and the IAM matrix."""

from __future__ import annotations

from dataclasses import dataclass

from terraform_gate.configuration import Configuration
from terraform_gate.iam.principals import Principal, principals_of

from report.view.component import Landscape, Tier
from report.view.sizes import short


@dataclass(frozen=True)
class Matrix:
    """A table with a cell for each row and column; an empty cell means no access."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: dict[tuple[str, str], str]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement of a role."""

    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: str


@dataclass(frozen=True, kw_only=True)
class Role:
    """A principal with its statements; ``unknown`` are policies that cannot be read."""

    name: str
    statements: tuple[Statement, ...]
    unknown: tuple[str, ...]


def reachability(landscape: Landscape) -> Matrix:
    """The open ports between components, in the order of the picture."""
    order = list(Tier)
    names = [item.name for item in sorted(landscape.components, key=lambda item: order.index(item.tier))]
    cells: dict[tuple[str, str], str] = {}
    for flow in landscape.flows:
        mark = {"declared": "", "possible": "", "blocked": " (blocked)", "undeclared": " (undeclared)"}[flow.state]
        port = flow.port.removeprefix("tcp/") + mark
        known = cells.get((flow.source, flow.destination))
        cells[flow.source, flow.destination] = f"{known}, {port}" if known else port
    sources = {source for source, _ in cells}
    targets = {target for _, target in cells}
    return Matrix(
        tuple(name for name in names if name in sources), tuple(name for name in names if name in targets), cells
    )


def roles_of(configuration: Configuration) -> tuple[Role, ...]:
    """Every role, user and group with its statements."""
    return tuple(_role(principal) for principal in principals_of(configuration))


def permissions(roles: tuple[Role, ...]) -> Matrix:
    """The actions of each role by AWS service."""
    cells: dict[tuple[str, str], list[str]] = {}
    for role in roles:
        for statement in role.statements:
            for action in statement.actions:
                service, _, verb = action.partition(":")
                mark = "" if statement.effect == "Allow" else "not "
                cells.setdefault((role.name, service), []).append(mark + (verb or "*"))
    services = tuple(sorted({service for _, service in cells}))
    texts = {key: ", ".join(sorted(set(verbs))) for key, verbs in cells.items()}
    return Matrix(tuple(role.name for role in roles), services, texts)


def _role(principal: Principal) -> Role:
    statements = tuple(
        Statement(
            effect="Allow" if item.statement.allows else "Deny",
            actions=item.statement.actions or tuple(f"{action} (all except)" for action in item.statement.not_actions),
            resources=tuple(short(text) for text in item.statement.resources),
            condition="; ".join(
                f"{operator} {key} {short(' or '.join(values))}"
                for operator, keys in item.statement.conditions.items()
                for key, values in keys.items()
            ),
        )
        for item in principal.granted
    )
    name = str(principal.resource.get("name", default=principal.resource.name))
    return Role(name=short(name), statements=statements, unknown=tuple(map(short, principal.unknown)))
