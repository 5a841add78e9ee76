"""``python -m terraform_gate compare OLD NEW``: the connections and permissions that a change opens or closes."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from terraform_gate.comparison.access import Access, access_of
from terraform_gate.comparison.changes import Change, Effect, changes_between
from terraform_gate.comparison.formats import FORMATS
from terraform_gate.configuration import Configuration
from terraform_gate.gate.time_limit import TimeLimitError, add_time_limit, time_limit
from terraform_gate.output import write_output
from terraform_gate.reading.inputs import read
from terraform_gate.reading.problem import Problem


def compare_command(arguments: Sequence[str]) -> int:
    """Compare two configurations or plans.

    Returns:
        0: nothing is opened; 1: something is opened; 2: unknown values may open something, or an input cannot be read.
    """
    options = _parser().parse_args(arguments)
    problems: list[Problem] = []
    changes: list[Change] = []
    try:
        with time_limit(options.time_limit):
            changes = changes_between(_access(options.old, problems), _access(options.new, problems))
    except TimeLimitError:
        reason = f"not compared within {options.time_limit:g} s. Fix: compare smaller folders, or raise --time-limit"
        problems.append(Problem(f"{options.old}, {options.new}", reason))
    failed = write_output(FORMATS[options.format](changes, problems), options.output)
    effects = {item.effect for item in changes}
    return failed or (2 if problems or Effect.UNKNOWN in effects else int(Effect.OPENS in effects))


def _access(path: Path, problems: list[Problem]) -> Access:
    inputs = read([path])
    configurations = inputs.readable_configurations()
    problems += inputs.problems
    last: dict[frozenset[str], Configuration] = {
        frozenset(stack.name for stack in item.stacks): item for item in configurations
    }  # a configuration with its plan comes after the one without
    if not inputs.problems and not any(item.resources for item in last.values()):
        problems.append(Problem(str(path), "contains no resource"))
    try:
        return access_of(list(last.values()))
    except Exception as error:  # noqa: BLE001  an unforeseen shape of the input: reported, without a traceback
        problems.append(Problem(str(path), f"could not be understood: {type(error).__name__}: {error}"))
        return Access()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m terraform_gate compare",
        description="List the connections and permissions that NEW opens and OLD did not, and the reverse. "
        "Exit 0: NEW opens nothing; 1: NEW opens something; 2: unknown values may open something, or bad input.",
    )
    parser.add_argument("old", type=Path, metavar="OLD", help="a folder of *.tf or *.tf.json files, or a plan")
    parser.add_argument("new", type=Path, metavar="NEW", help="the same after the change")
    parser.add_argument(
        "--format", choices=FORMATS, default="text", help="default: text; markdown: comment on a pull request"
    )
    add_time_limit(parser)
    parser.add_argument("--output", type=Path, metavar="FILE", help="write to FILE instead of the screen")
    return parser
