"""Why a flow is declared although nothing failed without it in a recorded run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from local.flows.record import Trial

REASONS: Mapping[str, str] = {
    "clients -> load-balancer tcp/80": "the load balancer of the live tests serves port 443 only; in AWS its listener"
    " on port 80 redirects to HTTPS",
    "load-balancer -> internet tcp/443": "auth.mode alb_oidc, which no recorded run had: the load balancer requests the"
    " tokens and claims of the issuer",
    "db-clean -> *": "the clean-up, which the live tests' environment does not have, is a one-off Fargate task with the"
    " flows of the migration",
    "worker-[*] -> [0-9]* *": "destinations in workers[].egress, which DAGs need and no Airflow component needs",
}
"""Pattern of ``source -> destination protocol/port`` -> the reason; the first pattern that matches counts.

A pattern matches a flow that nothing missed in any run, or a flow of an environment that no run had.
"""


def reason(trial: Trial) -> str:
    """The reason for a flow; empty where there is none."""
    return next((text for pattern, text in REASONS.items() if fnmatchcase(trial.kind, pattern)), "")


def of_other_environments(trials: Iterable[Trial]) -> dict[str, str]:
    """The reasons that explain no recorded flow, and therefore flows of environments that no run had."""
    kinds = [trial.kind for trial in trials]
    return {pattern: text for pattern, text in REASONS.items() if not any(fnmatchcase(kind, pattern) for kind in kinds)}


def unexplained(trials: Iterable[Trial]) -> list[str]:
    """The flows without an observed failure and without a reason."""
    fix = "Fix: remove the flow, or add a reason to local/flows/reasons.py"
    found = [trial for trial in trials if not trial.observed and not reason(trial)]
    return [f"{trial.name}: nothing fails without it. {fix}" for trial in found]
