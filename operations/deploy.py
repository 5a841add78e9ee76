"""Deploys and destroys an environment: foundation, secrets, migration and services, in this order.

Resources that the foundation no longer has are removed last, after the services stop using them: the provider would
revoke the rules of the other stack that name a deleted security group, and running tasks still use stores and secrets.
"""

from __future__ import annotations

from environments.facts.stacks import LAYERS
from operations import broker_auth, database, hibernation, image, load_balancer_sign_on, migrate, secrets
from operations.account import Account
from operations.bootstrap import require_state_bucket
from operations.errors import PreconditionError
from operations.major_upgrade import MajorUpgrade
from operations.parameters import Parameters
from operations.progress import say
from operations.reviewed import Reviewed
from operations.services import wait_until_steady
from operations.stacks import Confirm, Stack

FOUNDATION, SECRETS, IMAGE, CHECK, MIGRATION, SERVICES, SIGN_ON, STEADY, REMOVALS = (
    "foundation",
    "secrets",
    "image check",
    "check of the services' plan",
    "migration",
    "services",
    "sign-on at the load balancer",
    "steady services",
    "removals from the foundation",
)


def deploy(account: Account, *, confirm: Confirm, reviewed: Reviewed | None = None) -> None:
    """Bring an environment to what its file says. Each step checks what is already done, so that a rerun continues.

    Args:
        account: account of the environment.
        confirm: asks the user a question.
        reviewed: the only changes that may be applied; all when absent.

    Raises:
        PreconditionError: the environment hibernates, the state bucket or the image is missing, a plan would lose data
            or was not reviewed.
        OperationError: Terraform, the migration or a roll-out failed; the services that ran before still run.
    """
    require_state_bucket(account)
    steps = account.steps
    sign_on = [SIGN_ON] if account.environment.auth.at_load_balancer else []
    steps.plan(FOUNDATION, SECRETS, IMAGE, CHECK, MIGRATION, SERVICES, *sign_on, STEADY)
    foundation, airflow = (Stack(account, layer, reviewed=reviewed) for layer in LAYERS)
    with steps.run(FOUNDATION):
        in_use = migrate.is_recorded(account)
        if in_use and database.find(account, account.names.name):
            database.require_awake(account)
        if not in_use:
            _wait_for_creation(account)
        upgrade = MajorUpgrade(account)
        removed = foundation.bring_up(
            confirm=confirm, in_use=in_use, keep_removed=True, before_apply=upgrade.prepare if in_use else None
        )
        upgrade.check()
    if removed:
        steps.add(REMOVALS)
    with steps.run(SECRETS):
        secrets.complete(account)
    with steps.run(IMAGE):
        say(f"image {image.check(account)}")
    with steps.run(CHECK):
        if in_use:
            airflow.check()
    with steps.run(MIGRATION):
        airflow.bring_up(confirm=confirm, part=("cluster", migrate.PROCESS), in_use=in_use)
        migrate.migrate(account)
    with steps.run(SERVICES):
        airflow.bring_up(confirm=confirm, in_use=in_use)
        if account.environment.hibernation:
            hibernation.follow_file(account)
    if sign_on:
        with steps.run(SIGN_ON):
            load_balancer_sign_on.set_up(account)
    with steps.run(STEADY):
        wait_until_steady(account, task_definitions=airflow.task_definitions())
    if removed:
        with steps.run(REMOVALS):
            foundation.bring_up(confirm=confirm, in_use=in_use)
    say(f"Airflow: {airflow.outputs().get('url', 'no address')}")


def _wait_for_creation(account: Account) -> None:
    """Wait for stores that AWS is still creating since an interrupted run: AWS deletes and changes none of them."""
    database.wait_while_creating(account)
    if account.environment.topology == "celery":
        broker_auth.wait_while_creating(account)


def require_unprotected(account: Account) -> None:
    """Raises PreconditionError when the environment must not be destroyed."""
    environment = account.environment
    protection = {
        "production": environment.production,
        "database.deletion_protection": environment.database.deletion_protection,
        "load_balancer.deletion_protection": environment.load_balancer.deletion_protection,
    }
    keys = [key for key, value in protection.items() if value]
    if keys:
        raise PreconditionError(
            f"{environment.name} is protected: {account.file}: {', '.join(keys)}: true. Fix: set the keys to "
            f"false, {account.command('deploy')}, then destroy"
        )


def destroy(account: Account, *, typed: str, confirm: Confirm) -> None:
    """Destroy the Airflow stack, the foundation, and the parameters that Terraform does not know.

    Args:
        typed: what the user typed to confirm; must be the environment's name.
        confirm: asks the user a question.

    Raises:
        PreconditionError: the environment is protected, or ``typed`` is another name.
    """
    environment = account.environment
    require_unprotected(account)
    if typed != environment.name:
        raise PreconditionError(f"{environment.name} was not destroyed: {typed!r} was typed")
    parameters = f"parameters under {account.names.path}/"
    account.steps.plan(*reversed(LAYERS), parameters)
    for layer in reversed(LAYERS):
        with account.steps.run(layer):
            Stack(account, layer).tear_down(confirm=confirm)
    with account.steps.run(parameters):
        deleted = Parameters(account).delete_all()
        say(f"{len(deleted)} {parameters} deleted")
