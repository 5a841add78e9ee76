"""Commands for secrets: secrets, rotate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from environments.load import HOME
from operations import database
from operations import secrets as _secrets
from operations.commands.shared import Folder, Name, Yes, account_of, asked
from operations.errors import PreconditionError
from operations.given_secrets import require_files, team_files
from operations.progress import next_command
from operations.reporting import reporting
from operations.rotate import OIDC, rotation_of


def secrets(
    name: Name,
    *,
    deploy_key: Annotated[
        Path | None, typer.Option(help="File with the private SSH key for the DAG repository.")
    ] = None,
    team_deploy_key: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TEAM=FILE", help="File with the private SSH key for the repository of a team; may be repeated."
        ),
    ] = None,
    client_secret: Annotated[
        Path | None,
        typer.Option(help="File with Airflow's client secret at the identity provider (auth.mode oidc, alb_oidc)."),
    ] = None,
    otlp_headers: Annotated[Path | None, typer.Option(help="File with the headers for telemetry.otlp.")] = None,
    openlineage_api_key: Annotated[
        Path | None, typer.Option(help="File with the API key for telemetry.openlineage.")
    ] = None,
    folder: Folder = HOME,
) -> None:
    """Create missing secrets and set the AUTH token or the user group of the broker. No value is printed."""
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


def rotate(
    name: Name,
    secret: Annotated[str, typer.Argument(help="fernet, jwt, api, database, broker or oidc.")],
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
        at_load_balancer = secret == OIDC and account.environment.auth.at_load_balancer
        effect = "The load balancer gets the new secret" if at_load_balancer else "Every Fargate task is replaced"
        if not asked(yes)(f"Rotate {secret} of {name}? {effect}."):
            raise PreconditionError("nothing was rotated")
        rotation(account)
        next_command(account.command("verify"))
