"""``python -m bench iam-simulate FOLDER``: decisions of the IAM engine about the cases of cloud-copilot/iam-simulate.

FOLDER is a clone of https://github.com/cloud-copilot/iam-simulate; nothing of it is copied into this project.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from terraform_gate.iam.decision import UNKNOWN, Caller, Context, Outcome, Policy, Target, decide
from terraform_gate.iam.documents import MalformedError

CASES = Path("src/core_engine/coreEngineTests")
_ANSWERS = {
    Outcome.ALLOWED: "Allowed",
    Outcome.DENIED: "ExplicitlyDenied",
    Outcome.IMPLICITLY_DENIED: "ImplicitlyDenied",
    Outcome.UNKNOWN: "Allowed",
}
"""An answer that depends on a value that is not known is a request that can be allowed: "Discovery" of iam-simulate."""
_OTHER_POLICIES = (
    *("resourcePolicy", "permissionBoundaries", "serviceControlPolicies", "resourceControlPolicies"),
    *("endpointPolicies", "sessionPolicy"),
)
_FULL_ACCESS = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


_ADJUDICATED = {
    "sessionPolicies.json 8": "a resource policy that names the session is not limited by a session policy's implicit "
    "deny: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html",
}
"""Case -> why AWS's answer is ours."""


class Kind(StrEnum):
    """The kinds of cases, in the order of the table."""

    IDENTITY = "identity policies only"
    OTHERS = "with resource, boundary, session, organization or endpoint policies"
    DISCOVERY = "conditions that are not known"
    SESSIONS = "sessions whose name is not known (the engine needs the name)"


@dataclass(frozen=True)
class Case:
    """One case: the file and its name there, the expected answer and ours."""

    kind: Kind
    title: str
    expected: str
    answer: str

    @property
    def agrees(self) -> bool:
        """Whether both answers are equal."""
        return self.answer == self.expected


def main(
    folder: Annotated[Path, typer.Argument(help="A clone of cloud-copilot/iam-simulate.")],
) -> None:
    """Decide every case and print how many decisions agree. Exit 1 when one about identity policies differs."""
    try:
        cases = list(cases_of(folder))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"{folder / CASES}: {error!r}. Fix: give a clone of cloud-copilot/iam-simulate", file=sys.stderr)
        raise typer.Exit(2) from None
    if not cases:
        print(f"{folder / CASES}: no cases. Fix: give a clone of cloud-copilot/iam-simulate", file=sys.stderr)
        raise typer.Exit(2)
    for case in cases:
        if not case.agrees:
            reason = next((text for key, text in _ADJUDICATED.items() if case.title.startswith(f"{key}:")), "")
            print(f"{case.title}: {case.answer}, expected {case.expected}{reason and f'; {reason}'}")
    print(table(cases))
    raise typer.Exit(any(case.kind is Kind.IDENTITY and not case.agrees for case in cases))


def table(cases: Sequence[Case]) -> str:
    """Write the table of docs/benchmarks.md."""
    total, agreeing = Counter(case.kind for case in cases), Counter(case.kind for case in cases if case.agrees)
    rows = [f"| {kind} | {total[kind]} | {agreeing[kind]} | {total[kind] - agreeing[kind]} |" for kind in Kind]
    return "\n".join(["| cases | decisions | agree | differ |", "|---|---|---|---|", *rows])


def cases_of(folder: Path) -> Iterator[Case]:
    """Decide each case of a clone.

    Raises:
        OSError: a file cannot be read.
        ValueError, KeyError, TypeError, AttributeError: a file is not in the form of the clone.
    """
    for file in sorted((folder / CASES).rglob("*.json")):
        for number, case in enumerate(json.loads(file.read_text(encoding="utf-8"))):
            title = f"{file.relative_to(folder / CASES)} {number + 1}: {case['name']}"
            yield Case(_kind(case), title, case["expected"]["response"], _answer(case))


def _kind(case: Mapping[str, Any]) -> Kind:
    if _is_discovery(case):
        return Kind.SESSIONS if case["expected"].get("ignoredRoleSessionName") else Kind.DISCOVERY
    return Kind.OTHERS if any(case.get(name) for name in _OTHER_POLICIES) else Kind.IDENTITY


def _is_discovery(case: Mapping[str, Any]) -> bool:
    return (case.get("simulation") or {}).get("mode") == "Discovery"


def _answer(case: Mapping[str, Any]) -> str:
    request = case["request"]
    try:
        caller, target = _caller(case), _target(case)
    except MalformedError as error:
        return f"malformed: {error}"
    return _ANSWERS[decide(caller, request["action"], target, _context(case)).outcome]


def _caller(case: Mapping[str, Any]) -> Caller:
    principal = case["request"]["principal"]
    session = case.get("sessionPolicy")
    boundaries = _policies(case.get("permissionBoundaries"))
    return Caller(
        principal if isinstance(principal, str) else "*",
        identity=_policies(case["identityPolicies"]),
        boundary=boundaries[0] if boundaries else None,
        session=_policies([session] if session else None),
        guardrails=tuple(_policies(level["policies"]) for level in case.get("serviceControlPolicies") or ()),
    )


def _target(case: Mapping[str, Any]) -> Target:
    """Return the resource with its policy, its account and the policies that limit every caller.

    Every level of resource control policies includes RCPFullAccess, which AWS does not permit to detach.
    """
    request, resource = case["request"], case["request"]["resource"]
    levels = [_policies([_FULL_ACCESS, *level["policies"]]) for level in case.get("resourceControlPolicies") or ()]
    levels += [_policies(case["endpointPolicies"])] if case.get("endpointPolicies") else []
    return Target(
        resource["resource"],
        _policies([case["resourcePolicy"]])[0] if case.get("resourcePolicy") else None,
        resource["accountId"],
        tuple(levels),
        is_pattern="*" in resource["resource"] and not request.get("wildcardOnlyAction"),
    )


def _policies(documents: Sequence[Mapping[str, Any]] | None) -> tuple[Policy, ...]:
    return tuple(Policy.parse(document) for document in documents or ())


def _context(case: Mapping[str, Any]) -> Context:
    """Return the condition keys; in a discovery only those that the case calls known."""
    given = {key.lower(): _values(item) for key, item in (case["request"].get("context") or {}).items()}
    if not _is_discovery(case):
        return Context(given)
    named = {key.lower() for key in _condition_keys(case)}
    known = {key: given.get(key, ()) for key in named | set(given) if _is_known(key, case)}
    unknown = dict.fromkeys(set(given) - set(known), (UNKNOWN,))
    return Context({**known, **unknown}, is_complete=False)


def _values(item: Any) -> tuple[Any, ...]:
    return tuple(item) if isinstance(item, list) else (item,)


def _is_known(key: str, case: Mapping[str, Any]) -> bool:
    """Whether a constraint of the case says that the value of a key is known, or that the key is absent."""
    constraints = case["simulation"].get("discoveryContextKeyConstraints") or ()
    return any(item["valueIsKnown"] and _matches(item["keyName"].lower(), key) for item in constraints)


def _matches(name: str, key: str) -> bool:
    return re.fullmatch(name[1:-1], key) is not None if name.startswith("/") else name == key


def _condition_keys(value: Any) -> Iterator[str]:
    """Yield the condition keys of all policies of a case."""
    if isinstance(value, Mapping):
        for by_key in (value.get("Condition") or {}).values() if isinstance(value.get("Condition"), Mapping) else ():
            yield from by_key
        value = list(value.values())
    for item in value if isinstance(value, list) else ():
        yield from _condition_keys(item)
