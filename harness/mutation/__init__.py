"""Mutation of Terraform JSON: does anything notice when a stack gets worse?"""

from harness.mutation import containers, network, permissions, protection
from harness.mutation.mutant import OPERATORS, Mutant, mutants
from harness.mutation.run import Judge, Result, run

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
