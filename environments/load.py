"""Loads environments: YAML file, typed model, rules, in this order and each once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from environments.error_messages import missing_key, problems_of, unknown_key
from environments.errors import InvalidEnvironment, Problem
from environments.model import NAME_PATTERN, Environment, with_dependent_defaults
from environments.rules import cross_environment, violations
from environments.yaml_reader import UnreadableFile, read_mapping, read_text

HOME = Path(__file__).parent


def load(path: str | os.PathLike[str]) -> Environment:
    """The environment in the YAML file ``path``, without the rules between environments (see :func:`load_all`).

    Raises:
        InvalidEnvironment: with all problems of the file.
    """
    file = Path(path)
    source = _shown(file)
    try:
        environment = parse(read_text(file), source=source)
    except UnreadableFile as error:
        raise InvalidEnvironment(source, [error.problem]) from None
    if environment.name != file.stem:
        raise InvalidEnvironment(source, [_other_name(environment.name, file)])
    return environment


def _other_name(name: str, file: Path) -> Problem:
    if re.fullmatch(NAME_PATTERN, file.stem):
        return Problem(
            "name", f"must be {file.stem!r}, the name of the file, got {name!r}. Fix: change it, or rename the file"
        )
    return Problem(
        "",
        f"the file must be named after its environment {name!r}, got {file.name!r}. "
        f"Fix: rename the file to {name}.yaml",
    )


def load_all(folder: str | os.PathLike[str] = HOME) -> tuple[Environment, ...]:
    """The environments in all ``*.yaml`` files of ``folder``, by name, checked with the rules between environments.

    Raises:
        InvalidEnvironment: with the problems of all files.
    """
    home = Path(folder)
    files = sorted(home.glob("*.yaml"))
    errors = list(_ignored_files(home))
    if not files and not errors:
        kind = "contains no environment (*.yaml)" if home.is_dir() else "is not a folder"
        raise InvalidEnvironment(_shown(home), [Problem("", f"{kind}. Fix: give the folder of the environment files")])
    environments: list[Environment] = []
    for file in files:
        try:
            environments.append(load(file))
        except InvalidEnvironment as error:
            errors.append(error)
    errors.extend(_cross_environment_errors(environments, Path(folder)))
    if errors:
        raise InvalidEnvironment.together(errors)
    return tuple(environments)


def _ignored_files(folder: Path) -> Iterator[InvalidEnvironment]:
    """Report files that look like environment files, but that no command reads because of their suffix."""
    for file in sorted(folder.glob("*")):
        if file.suffix.lower() in {".yml", ".yaml"} and file.suffix != ".yaml":
            fix = f"Fix: rename it to {file.stem}.yaml"
            problem = Problem("", f"an environment file must end in .yaml, got {file.suffix!r}. {fix}")
            yield InvalidEnvironment(_shown(file), [problem])


def _cross_environment_errors(environments: Iterable[Environment], folder: Path) -> Iterator[InvalidEnvironment]:
    for name, problems in cross_environment.violations(tuple(environments)).items():
        yield InvalidEnvironment(_shown(folder / f"{name}.yaml"), problems)


def parse(text: str, *, source: str) -> Environment:
    """The environment in YAML ``text``.

    Args:
        text: content of an environment file.
        source: name of the file in messages.

    Raises:
        InvalidEnvironment: with all problems of the text.
    """
    try:
        data = read_mapping(text)
    except UnreadableFile as error:
        raise InvalidEnvironment(source, [error.problem]) from None
    return from_data(data, source=source)


def from_data(data: Mapping[str, Any], *, source: str) -> Environment:
    """The environment in a mapping of plain values, validated once.

    Raises:
        InvalidEnvironment: with the problems of all sections, and those that the rules find between valid sections.
    """
    completed = with_dependent_defaults(data)
    problems = [unknown_key((), key) for key in completed if key not in Environment.model_fields]
    valid: dict[str, Any] = {}
    for name in Environment.model_fields:
        try:
            valid[name] = _section(name, completed)
        except _InvalidSection as error:
            problems.extend(error.problems)
    environment = Environment.model_construct(_fields_set=set(completed), **valid)
    problems.extend(violations(environment, readable=frozenset(valid)))
    if problems:
        raise InvalidEnvironment(source, problems)
    return environment


def checked(environment: Environment, *, source: str | None = None) -> Environment:
    """``environment``, which code has built, once all rules hold.

    Args:
        environment: the result of ``Environment(...)`` or ``model_copy``.
        source: its name in messages; ``environment <name>`` by default.

    Raises:
        InvalidEnvironment: with every problem that the rules find.
    """
    problems = tuple(violations(environment))
    if problems:
        raise InvalidEnvironment(source or f"environment {environment.name}", problems)
    return environment


class _InvalidSection(Exception):
    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__()


def _section(name: str, data: Mapping[str, Any]) -> Any:
    """The value of a top-level key: the validated one of the file, or the default."""
    if name in data:
        try:
            return _adapters()[name].validate_python(data[name])
        except ValidationError as error:
            raise _InvalidSection(problems_of(error, section=name)) from None
    if Environment.model_fields[name].is_required():
        raise _InvalidSection([missing_key((name,))])
    return _default(name)


@cache
def _adapters() -> dict[str, TypeAdapter[Any]]:
    fields = Environment.model_fields.items()
    return {name: TypeAdapter(field.rebuild_annotation()) for name, field in fields}


@cache
def _default(name: str) -> Any:
    """The default of a section. It is frozen, so all environments share one object."""
    return Environment.model_fields[name].get_default(call_default_factory=True)


def _shown(path: Path) -> str:
    """``path`` relative to the working directory, when it is inside."""
    absolute = path.absolute()
    return str(absolute.relative_to(Path.cwd())) if absolute.is_relative_to(Path.cwd()) else str(path)
