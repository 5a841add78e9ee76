"""Ends a command with one message and a documented exit code instead of a traceback."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import typer
from botocore.exceptions import BotoCoreError, ClientError
from terraform_harness.terraform.run import TerraformError, TerraformInterrupted
from terraform_harness.tools import MissingTool

from environments import InvalidEnvironment
from environments.command_line import repeated
from operations.account import PYTHON, Account
from operations.aws_errors import explain
from operations.errors import OperationError, PreconditionError

CHANGED, UNCHANGED, INTERRUPTED = 1, 2, 130
"""Exit codes: something was changed, nothing was changed, Ctrl-C."""
NO_ANSWER = "the question has no answer, because the input ended. Fix: run the command in a terminal, or with --yes"


@dataclass
class Report:
    """What the message at the end of a command needs to know.

    Args:
        account: knows whether something was changed, and the steps.
        again: the command line of the running command, with every argument that the user gave.
        undo: a command line that undoes what was done, if there is one.
        started_apply: whether an apply in HCP Terraform was started.
    """

    account: Account | None = None
    again: str = field(default_factory=lambda: repeated(f"{PYTHON} -m operations"))
    undo: str = ""
    started_apply: bool = False

    @property
    def changed(self) -> bool:
        """Whether the command changed anything in AWS."""
        return self.started_apply or (self.account is not None and self.account.changed)


@contextmanager
def reporting() -> Iterator[Report]:
    """Print errors of the body on stderr and raise ``typer.Exit`` with the exit code."""
    report = Report()
    try:
        yield report
    except (PreconditionError, InvalidEnvironment, MissingTool, OperationError, TerraformError) as error:
        _end(report, str(error), CHANGED if report.changed else UNCHANGED)
    except (ClientError, BotoCoreError) as error:
        caller = report.account.arn if report.account else ""
        _end(report, explain(error, caller=caller), CHANGED if report.changed else UNCHANGED)
    except TerraformInterrupted as error:
        _end(report, str(error), INTERRUPTED)
    except KeyboardInterrupt:
        _end(report, "interrupted by Ctrl-C", INTERRUPTED)
    except typer.Abort:
        if sys.stdin.isatty():
            _end(report, "interrupted by Ctrl-C", INTERRUPTED)
        _end(report, NO_ANSWER, CHANGED if report.changed else UNCHANGED)


def _end(report: Report, text: str, code: int) -> None:
    lines = [text]
    if report.again and (report.changed or code == INTERRUPTED):
        lines += [line for line in (report.account.steps.report() if report.account else "",) if line]
        lines += [f"Next: {report.again} (it continues)" + (f", or {report.undo} (undoes it)" if report.undo else "")]
    print("\n".join(lines), file=sys.stderr)
    raise typer.Exit(code) from None
