"""Commands for images and pipelines: image, pin, pipelines."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from environments.load import HOME
from operations.commands.shared import Folder, Name, account_of, account_without_check, environment_names
from operations.pinning import pin as write_pin
from operations.pipelines import github, gitlab
from operations.pipelines.target import targets
from operations.pipelines.writing import differences, require_own, write_all
from operations.progress import next_command, say
from operations.push import build_and_push
from operations.reporting import reporting

FILES = {"github": github.files, "gitlab": gitlab.files}


def image(
    name: Name,
    tag: Annotated[str, typer.Option(help="Tag in the repository; airflow.image_tag when absent.")] = "",
    all_architectures: Annotated[
        bool, typer.Option("--all-architectures", help="Build for ARM64 and X86_64, with a bill of materials.")
    ] = False,
    folder: Folder = HOME,
) -> None:
    """Build the image for the environment's processor architecture, push it into its repository, print its digest."""
    with reporting() as report:
        account = account_of(report, name, folder)
        digest = build_and_push(account, tag=tag, all_architectures=all_architectures)
        print(digest)
        next_command(f"{account.command('pin', digest)}, {account.command('deploy')}")


def pin(
    name: Name, digest: Annotated[str, typer.Argument(help="Digest that `image` printed.")], folder: Folder = HOME
) -> None:
    """Write the DIGEST of an image into the file of NAME: airflow.image_digest."""
    with reporting():
        file = folder / f"{name}.yaml"
        changed = write_pin(file, digest)
        say(f"{file}: airflow.image_digest {'is now' if changed else 'was already'} {digest}")
        next_command(account_without_check(name, folder).command("plan"))


def pipelines(
    names: Annotated[
        list[str],
        typer.Argument(metavar="NAMES...", help="Environments in the order of deployment.", callback=environment_names),
    ],
    provider: Annotated[str, typer.Option(help="github or gitlab.")] = "github",
    out: Annotated[Path, typer.Option(help="Folder of the repository.")] = Path("dist/pipelines"),
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 when a file is not current.")] = False,
    folder: Folder = HOME,
) -> None:
    """Write the CI/CD pipelines of NAMES: review, deployment, nightly checks, image, DAG files."""
    with reporting():
        found = targets(names, folder=folder, provider=provider)
        files = FILES[provider](found, command=f"{' '.join(names)} --provider {provider}")
        if check:
            require_own(files, out)
            stale = differences(files, out)
            print("\n".join(stale) or f"{out}: {len(files)} files are current")
            if stale:
                say(f"Fix: run the command without --check, then commit {out}")
                raise typer.Exit(1)
            return
        changed = write_all(files, out)
        print(f"{out}: {len(files)} files, {len(changed)} changed")
        next_command(f"commit {', '.join(sorted(files))}; docs/pipelines.md lists the settings of the repository")
