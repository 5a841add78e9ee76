"""For every rule, one mutation of the production environment, and the rules that must find it.

The mutation testing of the harness derives its changes from any stack by operators, for stacks whose tests it does not
know. These changes are written by hand, because each shows one rule: most need two resources or a value that only
this rule knows, such as a misspelled action. Both are evaluated by ``terraform_harness.mutation.detectors.rules``.
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
