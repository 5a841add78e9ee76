"""Mutants for the rules about the Terraform state."""

from __future__ import annotations

from typing import Any

from tests.policies.rules.mutants.mutant import AIRFLOW, FOUNDATION, Documents, Mutants

MUTANTS = Mutants()


def backend(documents: Documents) -> Any:
    """Return the settings of the S3 backend of the Airflow stack."""
    return documents[AIRFLOW]["terraform"]["backend"]["s3"]


@MUTANTS.written("AF_STATE_1", "the state is not locked")
def _(documents: Documents) -> None:
    del backend(documents)["use_lockfile"]


@MUTANTS.written("AF_STATE_2", "the state is not encrypted")
def _(documents: Documents) -> None:
    backend(documents)["encrypt"] = False


@MUTANTS.written("AF_STATE_3", "the state is a local file")
def _(documents: Documents) -> None:
    documents[AIRFLOW]["terraform"]["backend"] = {"local": {"path": "prod-airflow.tfstate"}}


@MUTANTS.written("AF_STATE_4", "the Airflow stack has the key of the foundation stack")
def _(documents: Documents) -> None:
    backend(documents)["key"] = documents[FOUNDATION]["terraform"]["backend"]["s3"]["key"]


@MUTANTS.written("AF_STATE_5", "the provider contains a secret key")
def _(documents: Documents) -> None:
    documents[AIRFLOW]["provider"]["aws"][0] |= {"access_key": f"AKIA{'A' * 16}", "secret_key": "k" * 40}


@MUTANTS.written("AF_STATE_6", "the provider deploys to any account")
def _(documents: Documents) -> None:
    del documents[AIRFLOW]["provider"]["aws"][0]["allowed_account_ids"]
