"""``python -m operations``: everything that acts on a live environment. Start with ``doctor``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from terraform_harness.terraform.run import TerraformInterrupted
from terraform_harness.tools import MissingTool

from environments import InvalidEnvironment, load
from environments.load import HOME
from operations import bootstrap as _bootstrap
from operations import deploy as _deploy
from operations import doctor as _doctor
from operations import hibernation as _sleep
from operations import migrate as _migrate
from operations import secrets as _secrets
from operations import verify as _verify
from operations.account import Account
from operations.errors import Failed, Refused
from operations.progress import next_command, say
from operations.push import build_and_push
from operations.rotate import ROTATIONS
from operations.stacks import Confirm, synthesize

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
Name = Annotated[str, typer.Argument(help="Name of an environment.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Folder = Annotated[Path, typer.Option("--folder", help="Folder of the environment files.")]
US = "python -m operations"


@contextmanager
def _told() -> Iterator[None]:
    """What went wrong on stderr without a traceback: 2 when nothing was done, 1 when something was begun."""
    try:
        yield
    except (InvalidEnvironment, Refused, MissingTool) as error:
        _end(str(error), 2)
    except (Failed, ClientError, BotoCoreError) as error:
        _end(str(error), 1)
    except TerraformInterrupted as error:
        _end(str(error), 130)
    except KeyboardInterrupt:
        _end("interrupted; run the same command again, it goes on from there", 130)


def _end(text: str, code: int) -> None:
    print(text, file=sys.stderr)
    raise typer.Exit(code) from None


def _account(name: str, folder: Path) -> Account:
    return Account(load(folder / f"{name}.yaml")).guard()


def _asked(yes: bool) -> Confirm:
    return (lambda _question: True) if yes else typer.confirm


@app.command()
def doctor(name: Annotated[str | None, typer.Argument()] = None, folder: Folder = HOME) -> None:
    """What is missing on this machine, and in the account of NAME; each with its fix."""
    with _told():
        findings = [*_doctor.machine(), *(_doctor.account(load(folder / f"{name}.yaml")) if name else ())]
        for finding in findings:
            mark = "     ok" if not finding.fix else "  later" if finding.optional else "missing"
            print(
                f"{mark}  {finding.what}: {finding.needed_for}" + (f"\n         {finding.fix}" if finding.fix else "")
            )
        if any(finding.fix and not finding.optional for finding in findings):
            raise typer.Exit(1)
        next_command(f"make deploy ENV={name}" if name else f"{US} doctor NAME, or make demo")


@app.command()
def bootstrap(name: Name, yes: Yes = False, folder: Folder = HOME) -> None:
    """Make the bucket of the Terraform states."""
    with _told():
        account = _account(name, folder)
        synthesize()
        _bootstrap.bootstrap(account, confirm=_asked(yes))
        next_command(f"make deploy ENV={name}")


@app.command()
def deploy(name: Name, yes: Yes = False, folder: Folder = HOME) -> None:
    """Foundation, secrets, migration, services; refuses a plan that loses data."""
    with _told():
        account = _account(name, folder)
        synthesize()
        _deploy.deploy(account, confirm=_asked(yes))
        next_command(f"{US} verify {name}")


@app.command()
def image(name: Name, folder: Folder = HOME) -> None:
    """Build the image for the environment's processor and push it into its repository."""
    with _told():
        digest = build_and_push(_account(name, folder))
        say(f"to pin it: airflow: {{image_digest: {digest}}} in environments/{name}.yaml")
        next_command(f"make deploy ENV={name}")


@app.command()
def secrets(
    name: Name,
    deploy_key: Annotated[Path | None, typer.Option(help="Private SSH key for the DAG repository.")] = None,
    folder: Folder = HOME,
) -> None:
    """Make the secrets that are missing and tell the broker its token. No value is shown."""
    with _told():
        _secrets.complete(_account(name, folder), deploy_key=deploy_key)
        next_command(f"{US} migrate {name}")


@app.command()
def migrate(name: Name, folder: Folder = HOME) -> None:
    """Bring the metadata database to the image's schema."""
    with _told():
        _migrate.migrate(_account(name, folder))
        next_command(f"make deploy ENV={name}")


@app.command()
def downgrade(name: Name, target: str, yes: Yes = False, folder: Folder = HOME) -> None:
    """Bring the schema back to TARGET, a revision that `migrate` printed or an Airflow version."""
    with _told():
        account = _account(name, folder)
        if not _asked(yes)(f"Downgrade the metadata database of {name} to {target}? What is newer is lost."):
            raise Refused("nothing was downgraded")
        _migrate.downgrade(account, target)
        next_command(f"set airflow.image_digest in environments/{name}.yaml to the older image, make deploy ENV={name}")


@app.command()
def rotate(name: Name, secret: str, yes: Yes = False, folder: Folder = HOME) -> None:
    """Replace SECRET (fernet, jwt, api, database or broker) while Airflow runs."""
    with _told():
        if secret not in ROTATIONS:
            raise Refused(f"no rotation of {secret!r}. Allowed: {', '.join(ROTATIONS)}")
        account = _account(name, folder)
        if not _asked(yes)(f"Rotate {secret} of {name}? Every Fargate task is replaced."):
            raise Refused("nothing was rotated")
        ROTATIONS[secret](account)
        next_command(f"{US} verify {name}")


@app.command()
def hibernate(name: Name, folder: Folder = HOME) -> None:
    """Stop every Fargate task and the database."""
    with _told():
        _sleep.hibernate(_account(name, folder))
        next_command(f"{US} wake {name}")


@app.command()
def wake(name: Name, folder: Folder = HOME) -> None:
    """Start the database, then the services."""
    with _told():
        _sleep.wake(_account(name, folder))
        next_command(f"{US} verify {name}")


@app.command()
def verify(name: Name, folder: Folder = HOME) -> None:
    """Look at everything that must be true of a running environment; exit 1 when something is not."""
    with _told():
        checks = _verify.verify(_account(name, folder))
        for check in checks:
            print(
                f"{'wrong' if check.trouble else '   ok'}  {check.what}"
                + (f": {check.trouble}" if check.trouble else "")
            )
        wrong = sum(check.trouble is not None for check in checks)
        say(f"{len(checks) - wrong} of {len(checks)} right")
        if wrong:
            raise typer.Exit(1)
        next_command("open Airflow (the output `url` of the stack)")


@app.command()
def destroy(name: Name, folder: Folder = HOME) -> None:
    """Destroy an environment that is not protected. Asks for its name."""
    with _told():
        account = _account(name, folder)
        say(f"This destroys {name} in account {account.environment.account_id}: database, logs, secrets, everything.")
        typed = typer.prompt("Type its name")
        synthesize()
        _deploy.destroy(account, typed=typed, confirm=_asked(False))
        next_command(f"remove environments/{name}.yaml")


if __name__ == "__main__":
    app()
