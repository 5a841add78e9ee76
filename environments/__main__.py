"""Check, show and document environment files: `python -m environments`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
import yaml
from rich.console import Console
from rich.table import Table

from environments import atomic_file, generated_files
from environments.command_line import Commands
from environments.derived.connection_budget import connection_budget
from environments.derived.effective_values import effective
from environments.derived.parallelism import parallelism
from environments.derived.quota_usage import quota_usage
from environments.errors import InvalidEnvironment
from environments.load import HOME, load, load_all
from environments.model import Environment

app = typer.Typer(
    cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)
Folder = Annotated[Path, typer.Option("--folder", help="Folder of the environment files.")]
Check = Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 when the file is out of date.")]


@contextmanager
def _errors_to_stderr() -> Iterator[None]:
    """Print the problems of environment files to stderr and exit with code 2."""
    try:
        yield
    except InvalidEnvironment as error:
        print(error, file=sys.stderr)
        raise typer.Exit(2) from None


@app.command()
def check(
    names: Annotated[list[str] | None, typer.Argument(help="Names of environments.")] = None, folder: Folder = HOME
) -> None:
    """Check the environments NAMES, or all environments and the rules between them."""
    with _errors_to_stderr():
        checked = [load(folder / f"{name}.yaml") for name in names] if names else list(load_all(folder))
        print(f"{', '.join(environment.name for environment in checked)}: valid. Next: make synth")


@app.command(name="list")
def list_environments(folder: Folder = HOME) -> None:
    """List the environments, one line each."""
    table = Table(*("name", "account", "region", "topology", "production", "slots", "connections"), box=None)
    with _errors_to_stderr():
        for environment in load_all(folder):
            table.add_row(*_row(environment))
    Console().print(table)


def _row(environment: Environment) -> tuple[str, ...]:
    budget = connection_budget(environment)
    return (
        environment.name,
        environment.account_id,
        environment.region,
        environment.topology,
        "yes" if environment.production else "no",
        str(parallelism(environment)),
        f"{budget.needed} of {budget.accepted}",
    )


@app.command()
def show(name: Annotated[str, typer.Argument(help="Name of an environment.")], folder: Folder = HOME) -> None:
    """Print all values of an environment as YAML, defaults included."""
    with _errors_to_stderr():
        environment = load(folder / f"{name}.yaml")
        print(yaml.safe_dump(effective(environment), sort_keys=False, allow_unicode=True), end="")
        print(f"# connections: {connection_budget(environment)}")
        for usage in quota_usage(environment):
            print(f"# {usage.path}: {usage}")


@app.command()
def schema(check: Check = False) -> None:
    """Write environments/schema.json, which editors use."""
    _write(generated_files.SCHEMA_FILE, generated_files.schema_text(), check=check, command="schema")
    for file in generated_files.without_modeline(HOME):
        print(f"{file.name}: the first line must be {generated_files.MODELINE!r}", file=sys.stderr)
        raise typer.Exit(1)


@app.command()
def docs(check: Check = False) -> None:
    """Write docs/environment.md, the reference of all keys."""
    _write(generated_files.DOCS_FILE, generated_files.docs_text(), check=check, command="docs")


def _write(path: Path, text: str, *, check: bool, command: str) -> None:
    if not check:
        atomic_file.write(path, text)
        print(f"{path.name} written")
    elif not generated_files.is_current(path, text):
        print(f"{path.name} is out of date. Fix: .venv/bin/python -m environments {command}", file=sys.stderr)
        raise typer.Exit(1)


if __name__ == "__main__":
    app()
