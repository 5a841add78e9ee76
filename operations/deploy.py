"""An environment brought to what its file says: foundation, secrets, migration, services, in this order."""

from __future__ import annotations

from environments.facts.stacks import LAYERS
from operations import image, secrets
from operations.account import Account
from operations.errors import Refused
from operations.migrate import PROCESS, migrate
from operations.progress import say
from operations.services import wait_until_steady
from operations.stacks import Confirm, Stack


def deploy(account: Account, *, confirm: Confirm) -> None:
    """Every step looks first and does what is left, so that a deployment that was broken off goes on.

    Raises Refused when a plan would lose data or the image is missing, Failed when Terraform, the migration or a
    roll-out fails; in each case the services that ran still run.
    """
    foundation, airflow = (Stack(account, layer) for layer in LAYERS)
    foundation.bring_up(confirm=confirm)
    secrets.complete(account)
    digest = image.check(account)
    say(f"image {digest}")
    airflow.bring_up(confirm=confirm, part=("cluster", PROCESS))
    migrate(account)
    airflow.bring_up(confirm=confirm)
    wait_until_steady(account)
    say(f"Airflow: {airflow.outputs().get('url', 'no address')}")


def destroy(account: Account, *, typed: str, confirm: Confirm) -> None:
    """Airflow, then its foundation. Raises Refused unless ``typed`` is the environment's name."""
    environment = account.environment
    if typed != environment.name:
        raise Refused(f"{environment.name} was not destroyed: {typed!r} was typed")
    if environment.production or environment.database.deletion_protection:
        raise Refused(
            f"{environment.name} is protected (production, or database.deletion_protection). Fix: say false "
            f"to both in environments/{environment.name}.yaml, deploy that, then destroy"
        )
    for layer in reversed(LAYERS):
        Stack(account, layer).tear_down(confirm=confirm)
