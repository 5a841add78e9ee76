"""Commands for a live environment. Start with ``doctor``.

Exit codes: 0 done; 1 stopped after something was changed, or a check failed; 2 stopped before anything was changed;
130 interrupted by Ctrl-C. Every command can be run again: it continues.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from terraform_gate.interruptions import RULE

from environments import load
from environments.command_line import Commands
from environments.load import HOME
from operations import bootstrap as _bootstrap
from operations import database
from operations import deploy as _deploy
from operations import doctor as _doctor
from operations import hibernation as _hibernation
from operations import migrate as _migrate
from operations import plan as _plan
from operations import secrets as _secrets
from operations import verify as _verify
from operations.account import PYTHON, Account
from operations.commands import control, dags, delivery, hand_over, observe, recover
from operations.commands import upgrade as _upgrade
from operations.commands.shared import Folder, Json, Name, Yes, account_of, asked, environment_name, print_items
from operations.errors import PreconditionError
from operations.given_secrets import require_files, team_files
from operations.hcp import commands as _hcp
from operations.progress import next_command, say
from operations.reporting import reporting
from operations.reviewed import FILE as REVIEWED
from operations.reviewed import read_reviewed
from operations.rotate import rotation_of
from operations.synthesis import synthesize, synthesize_one

app = typer.Typer(
    cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)
app.add_typer(_hcp.app, name="hcp")
app.add_typer(dags.app, name="dags")


@app.command()
def doctor(
    name: Annotated[str | None, typer.Argument(help="Name of an environment.", callback=environment_name)] = None,
    json: Json = False,
    folder: Folder = HOME,
) -> None:
    """Report missing programs on this machine and missing resources in the account of NAME, each with its fix."""
    with reporting():
        environment = load(folder / f"{name}.yaml") if name else None
        findings = [*_doctor.machine(environment.architecture if environment else "ARM64")]
        findings += _doctor.account(environment, lambda found: Account(found, folder=folder)) if environment else ()
        complete = not any(finding.fix and not finding.optional for finding in findings)
        following = f"make deploy ENV={name}" if name else f"{PYTHON} -m operations doctor NAME, or make demo"
        if json:
            items = (finding.item for finding in findings)
            print_items("doctor", name, items, ok=complete, next_=following if complete else None)
        else:
            print("\n".join(finding.text for finding in findings))
        if not complete:
            raise typer.Exit(1)
        next_command(following)


@app.command()
def bootstrap(name: Name, yes: Yes = False, folder: Folder = HOME) -> None:
    """Create the bucket of the Terraform states and the CI roles."""
    with reporting() as report:
        account = account_of(report, name, folder)
        synthesize(folder)
        _bootstrap.bootstrap(account, confirm=asked(yes))
        next_command(account.command("deploy"))


@app.command()
def plan(
    name: Name,
    out: Annotated[
        Path | None, typer.Option(help="Folder for STACK.plan.json and reviewed.json, which `deploy --reviewed` reads.")
    ] = None,
    expect_no_changes: Annotated[
        bool, typer.Option("--expect-no-changes", help="Exit 1 when a resource differs.")
    ] = False,
    json: Json = False,
    folder: Folder = HOME,
) -> None:
    """Plan both stacks and print the changes by effect. Applies nothing; exit 1 when deploy would reject the plan."""
    with reporting() as report:
        account = account_of(report, name, folder)
        synthesize_one(folder / f"{name}.yaml")
        planned = _plan.plan(account)
        if out:
            planned.write(out)
        reviewed = ("--reviewed", str(out / REVIEWED)) if out else ()
        fix = f"undo the rejected change in {account.file}, or add a waiver with rule {RULE} and the address"
        following = fix if planned.rejected else account.command("deploy", *reviewed)
        ok = not (planned.rejected or (expect_no_changes and planned.changes))
        if json:
            print_items("plan", name, planned.items, ok=ok, next_=following)
        else:
            print("\n".join(planned.lines))
        next_command(following)
        if not ok:
            raise typer.Exit(1)


@app.command()
def deploy(
    name: Name,
    reviewed: Annotated[
        Path | None, typer.Option(help="reviewed.json of `plan --out`: apply no change that it does not contain.")
    ] = None,
    yes: Yes = False,
    folder: Folder = HOME,
) -> None:
    """Deploy foundation, secrets, migration and services; reject a plan that loses data."""
    with reporting() as report:
        allowed = read_reviewed(reviewed, environment=name) if reviewed else None
        account = account_of(report, name, folder)
        synthesize_one(folder / f"{name}.yaml")
        _deploy.deploy(account, confirm=asked(yes), reviewed=allowed)
        next_command(account.command("verify"))


@app.command()
def secrets(
    name: Name,
    *,
    deploy_key: Annotated[Path | None, typer.Option(help="Private SSH key for the DAG repository.")] = None,
    team_deploy_key: Annotated[
        list[str] | None,
        typer.Option(metavar="TEAM=FILE", help="Private SSH key for the repository of a team; may be repeated."),
    ] = None,
    client_secret: Annotated[
        Path | None, typer.Option(help="Client secret of Airflow at the identity provider (auth.mode oidc, alb_oidc).")
    ] = None,
    otlp_headers: Annotated[Path | None, typer.Option(help="File with the headers for telemetry.otlp.")] = None,
    openlineage_api_key: Annotated[
        Path | None, typer.Option(help="File with the API key for telemetry.openlineage.")
    ] = None,
    folder: Folder = HOME,
) -> None:
    """Create missing secrets and set the broker's AUTH token. No value is printed."""
    with reporting() as report:
        files: dict[str, Path | None] = {
            **team_files(team_deploy_key or ()),
            "--deploy-key": deploy_key,
            "--client-secret": client_secret,
            "--otlp-headers": otlp_headers,
            "--openlineage-api-key": openlineage_api_key,
        }
        account = account_of(report, name, folder, check=lambda found: require_files(found, files))
        _secrets.complete(account, files=files)
        next_command(account.command("migrate"))


@app.command()
def migrate(name: Name, folder: Folder = HOME) -> None:
    """Migrate the metadata database to the schema of the image."""
    with reporting() as report:
        account = account_of(report, name, folder)
        _migrate.migrate(account)
        next_command(account.command("deploy"))


@app.command()
def downgrade(name: Name, target: str, yes: Yes = False, folder: Folder = HOME) -> None:
    """Downgrade the schema to TARGET: a revision that `migrate` printed, or an Airflow version."""
    with reporting() as report:
        account = account_of(report, name, folder)
        if not asked(yes)(f"Downgrade the metadata database of {name} to {target}? Newer data is lost."):
            raise PreconditionError("nothing was downgraded")
        _migrate.downgrade(account, target)
        next_command(f"set airflow.image_digest in {account.file} to the older image, {account.command('deploy')}")


@app.command()
def rotate(
    name: Name,
    secret: str,
    from_: Annotated[
        Path | None, typer.Option("--from", help="For oidc only: file with the new client secret.")
    ] = None,
    yes: Yes = False,
    folder: Folder = HOME,
) -> None:
    """Replace SECRET (fernet, jwt, api, database, broker or oidc) while Airflow runs."""
    with reporting() as report:
        rotation = rotation_of(secret, from_)
        account = account_of(report, name, folder)
        database.require_awake(account)
        if not asked(yes)(f"Rotate {secret} of {name}? Every Fargate task is replaced."):
            raise PreconditionError("nothing was rotated")
        rotation(account)
        next_command(account.command("verify"))


@app.command()
def hibernate(name: Name, yes: Yes = False, folder: Folder = HOME) -> None:
    """Stop every Fargate task and the database."""
    with reporting() as report:
        account = account_of(report, name, folder)
        kind = "the production environment " if account.environment.production else ""
        question = f"Stop every Fargate task and the database of {kind}{name}? Running Airflow tasks are interrupted."
        if not asked(yes)(question):
            raise PreconditionError("nothing was stopped")
        report.undo = account.command("wake")
        _hibernation.hibernate(account)
        next_command(account.command("wake"))


@app.command()
def wake(name: Name, folder: Folder = HOME) -> None:
    """Start the database, then the services."""
    with reporting() as report:
        account = account_of(report, name, folder)
        _hibernation.wake(account)
        next_command(account.command("verify"))


@app.command()
def verify(name: Name, json: Json = False, folder: Folder = HOME) -> None:
    """Check a running environment; exit 1 when a check fails."""
    with reporting() as report:
        checks = _verify.verify(account_of(report, name, folder))
        failed = sum(check.problem is not None for check in checks)
        following = "open Airflow (the output `url` of the stack)"
        if json:
            items = (check.item for check in checks)
            print_items("verify", name, items, ok=not failed, next_=None if failed else following)
        else:
            print("\n".join(check.text for check in checks))
        say(f"{len(checks) - failed} of {len(checks)} checks pass")
        if failed:
            raise typer.Exit(1)
        next_command(following)


@app.command()
def destroy(name: Name, folder: Folder = HOME) -> None:
    """Destroy an environment that is not protected. Asks for its name."""
    with reporting() as report:
        account = account_of(report, name, folder)
        _deploy.require_unprotected(account)
        say(
            f"This destroys {name} in account {account.environment.account_id}: database, logs, images, and every "
            f"parameter under {account.names.path}/, with Airflow's connections and variables."
        )
        typed = typer.prompt("Type its name")
        synthesize_one(folder / f"{name}.yaml")
        _deploy.destroy(account, typed=typed, confirm=asked(False))
        next_command(f"remove {account.file}")


for command in (
    delivery.image,
    delivery.pin,
    delivery.pipelines,
    observe.status,
    observe.logs,
    control.airflow,
    control.shell,
    control.scale,
    control.pause,
    control.resume,
    _upgrade.upgrade,
    observe.cost,
    recover.backup,
    recover.backups,
    recover.restore,
    hand_over.bundle,
    hand_over.handover,
):
    app.command()(command)
app.command("open")(control.open_)
app.command("rehearse-upgrade")(recover.rehearse_upgrade)
app.command("support-bundle")(observe.support_bundle)


if __name__ == "__main__":
    app(prog_name=f"{PYTHON} -m operations")
