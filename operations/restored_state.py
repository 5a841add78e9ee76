"""Makes Terraform manage the restored instance.

The AWS provider knows an instance by its resource id, which stays when the instance is renamed: without this step the
next plan would rename the replaced instance back.
"""

from __future__ import annotations

from typing import Any

from environments.facts.stacks import FOUNDATION
from operations.account import Account
from operations.progress import say, step
from operations.stacks import Stack

ADDRESS = ("aws_db_instance", "database")


def adopt(account: Account, resource: str) -> None:
    """Store the resource id of the restored instance in the state of the foundation; everything else is refreshed.

    Raises:
        TerraformError: the state is locked or cannot be written; nothing was changed in it.
    """
    terraform = Stack(account, FOUNDATION).terraform
    with step("Terraform state"):
        terraform.init()
        state = terraform.pull()
        if not replace_id(state, resource):
            say("the Terraform state has the restored instance already")
            return
        state["serial"] += 1
        terraform.push(state)


def replace_id(state: dict[str, Any], resource: str) -> bool:
    """Change the resource id of the database in ``state``; returns whether it was another."""
    changed = False
    for found in state.get("resources", ()):
        if (found["type"], found["name"]) != ADDRESS:
            continue
        for instance in found["instances"]:
            attributes = instance["attributes"]
            changed |= attributes["id"] != resource
            attributes |= {"id": resource, "resource_id": resource}
    return changed
