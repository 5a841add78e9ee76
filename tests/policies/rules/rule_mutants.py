"""For every rule, one mutant of the production environment, and the rules that must find it.

The operators of the harness (``terraform_harness.mutation``) generate a mutant where one of them makes the change. The
others are written by hand: they need two resources, or a value that only the rule knows, such as a misspelled action.
"""

from __future__ import annotations

from tests.policies.rules.mutants import (
    ecs,
    iam,
    load_balancers,
    network,
    network_acls,
    secrets,
    security_groups,
    state,
    storage,
)

MUTANTS = [
    *ecs.MUTANTS,
    *iam.MUTANTS,
    *load_balancers.MUTANTS,
    *network.MUTANTS,
    *network_acls.MUTANTS,
    *secrets.MUTANTS,
    *security_groups.MUTANTS,
    *state.MUTANTS,
    *storage.MUTANTS,
]
