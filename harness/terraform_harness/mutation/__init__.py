"""Mutation testing of Terraform: which harmful changes of a stack would tests or policies detect?

>>> from terraform_harness.mutation.detectors import assertions
>>> def encrypted(template):
...     template.every("aws_db_instance", storage_encrypted=True)
>>> stacks = {"app": {"resource": {"aws_db_instance": {"db": {"storage_encrypted": True, "multi_az": True}}}}}
>>> for result in run_mutants(mutants(stacks), stacks, detectors={"test": assertions(encrypted)}):
...     print(result.mutant.change, "survived" if result.survived else "detected")
multi_az = false survived
storage_encrypted = false detected
"""

from terraform_harness.mutation import containers, network, permissions, protection
from terraform_harness.mutation.mutant import OPERATORS, Mutant, mutants, written_mutant
from terraform_harness.mutation.run import Detector, NothingToMutate, Result, findings, run, run_mutants

__all__ = [
    "OPERATORS",
    "Detector",
    "Mutant",
    "NothingToMutate",
    "Result",
    "containers",
    "findings",
    "mutants",
    "network",
    "permissions",
    "protection",
    "run",
    "run_mutants",
    "written_mutant",
]
