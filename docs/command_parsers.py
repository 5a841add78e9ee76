"""The arguments of a program, as the parser with which it reads them describes them.

Each program is started up to the point where it reads its arguments.
"""

from __future__ import annotations

import argparse
import gc
import runpy
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import typer

ROOT = Path(__file__).resolve().parent.parent
Row = tuple[str, str]


class _Reached(BaseException):  # no ``except Exception`` of a program catches it
    def __init__(self, parser: Any) -> None:
        self.parser = parser


def parser_of(program: str) -> Any:
    """The parser with which ``program`` reads its arguments: of argparse, or a command of Typer.

    Raises:
        ValueError: the program ended without reading its arguments.
    """

    def from_argparse(self: argparse.ArgumentParser, *_: object, **__: object) -> None:
        raise _Reached(self)

    def from_typer(self: typer.Typer, *_: object, **__: object) -> None:
        raise _Reached(typer.main.get_command(self))

    module, *words = program.split()
    with (
        mock.patch.object(argparse.ArgumentParser, "parse_args", from_argparse),
        mock.patch.object(typer.Typer, "__call__", from_typer),
        mock.patch.object(sys, "argv", [module, *words]),
    ):
        try:
            runpy.run_module(module, run_name="__main__")
        except _Reached as reached:
            return reached.parser
        except SystemExit as end:
            raise ValueError(f"{program}: ended with {end.code} before it read its arguments") from end
        finally:
            gc.enable()  # the gate disables it
    raise ValueError(f"{program}: ended before it read its arguments")


def typer_rows(command: Any) -> Iterator[Row]:
    for parameter in command.params:
        if getattr(parameter, "hidden", False):
            continue
        if parameter.param_type_name == "option":
            names = ", ".join([*parameter.opts, *parameter.secondary_opts])
            kind = "" if parameter.is_flag else f" {parameter.metavar or str(parameter.name).upper()}"
            yield f"`{names}{kind}`", cell(parameter.help)
        else:
            name = str(parameter.metavar or parameter.name).upper()
            optional = name if parameter.required else f"[{name}]"
            several = "..." if parameter.nargs == -1 and not name.endswith("...") else ""
            yield f"`{optional}{several}`", cell(getattr(parameter, "help", ""))


def argparse_rows(parser: argparse.ArgumentParser) -> Iterator[Row]:
    for action in parser._actions:  # noqa: SLF001  argparse has no public list
        if action.help == argparse.SUPPRESS or "--help" in action.option_strings:
            continue
        metavar = action.metavar if isinstance(action.metavar, str) else (action.dest or "").upper()
        if action.choices and not action.metavar:
            metavar = "{" + ",".join(map(str, action.choices)) + "}"
        if not action.option_strings:
            several = "..." if action.nargs in {"*", "+"} else ""
            yield f"`{f'[{metavar}]' if action.nargs in {'?', '*'} else metavar}{several}`", cell(action.help)
        else:
            kind = "" if action.nargs == 0 else f" {metavar}"
            yield f"`{', '.join(action.option_strings)}{kind}`", cell(_filled(action))


def _filled(action: argparse.Action) -> str:
    known: Mapping[str, Any] = {**vars(action), "prog": "", "default": _shown(action.default)}
    return (action.help or "") % known


def _shown(value: object) -> object:
    inside = isinstance(value, Path) and value.is_relative_to(ROOT)
    return value.relative_to(ROOT) if inside and isinstance(value, Path) else value


def cell(text: str | None) -> str:
    return " ".join((text or "").replace("|", "\\|").split())
