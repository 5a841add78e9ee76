"""The command groups of this project: a wrong command line is answered with one message that ends with the fix."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import typer
from typer.core import TyperGroup

from environments.errors import printable
from environments.secret_text import MASK, holds_credentials, is_secret, masked

UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""The class of all errors in a command line, which Typer does not export."""
INVALID = 2
"""Exit code: nothing was started."""
_WORDS: ContextVar[tuple[str, ...]] = ContextVar("words", default=())
"""The words of the command line that runs."""


class Commands(TyperGroup):
    """A group that prints ``Missing argument 'secret'. Fix: ... rotate [OPTIONS] {name} {secret}``.

    Example:
        >>> app = typer.Typer(cls=Commands)
    """

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run the command line, and exit with its code; in standalone mode only, errors are printed."""
        words = options.get("args") or (arguments[0] if arguments else None)
        _WORDS.set(tuple(sys.argv[1:] if words is None else words))
        standalone, options["standalone_mode"] = options.get("standalone_mode", True), False
        if not standalone:
            return super().main(*arguments, **options)
        try:
            code = super().main(*arguments, **options)
        except UsageError as error:
            print(message(error), file=sys.stderr)
            code = INVALID
        except typer.Abort:
            print("Aborted.", file=sys.stderr)
            code = 1
        sys.exit(code if isinstance(code, int) else 0)


def repeated(program: str) -> str:
    """The running command line, to be run again: every word as the user typed it, credentials masked.

    Args:
        program: how the program is started, such as ``python -m operations``.

    Returns:
        Text for a shell; empty when no command line runs.
    """
    words = _WORDS.get()
    return " ".join([program, *_without_credentials(words)]) if words else ""


def _without_credentials(words: tuple[str, ...]) -> Iterator[str]:
    """Quoted words; behind ``--`` they belong to another program, whose options may hold secrets themselves."""
    foreign, before = False, ""
    for word in words:
        secret = holds_credentials(word) or (foreign and is_secret(before, word))
        yield MASK if secret else printable(shlex.quote(word))
        foreign, before = foreign or word == "--", word


def message(error: Any) -> str:
    """What is wrong with a command line, and the usage of its command; the help where no command was given."""
    context = error.ctx
    if context and type(error).__name__ == "NoArgsIsHelpError":
        return str(context.get_help())
    text = printable(masked(" ".join(error.format_message().split())))
    text = text if text.endswith((".", "?")) else f"{text}."
    if context is None:  # an option without its value
        return f"{text} Fix: add it; --help explains the options"
    if text.startswith("No such command"):
        return f"{text} Allowed: {', '.join(context.command.list_commands(context))}. Fix: name one of them"
    return f"{text} Fix: {context.get_usage().removeprefix('Usage: ')} (--help explains each)"
