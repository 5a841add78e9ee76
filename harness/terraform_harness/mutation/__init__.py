"""Mutation of Terraform JSON: does anything notice when a stack gets worse?"""

from terraform_harness.mutation import containers, network, permissions, protection
from terraform_harness.mutation.mutant import OPERATORS, Mutant, mutants
from terraform_harness.mutation.run import Judge, Result, run

__all__ = [
    "OPERATORS",
    "Judge",
    "Mutant",
    "Result",
    "containers",
    "mutants",
    "network",
    "permissions",
    "protection",
    "run",
]
