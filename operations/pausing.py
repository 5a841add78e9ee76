"""Pauses all DAGs of an environment, and unpauses exactly those again."""

from __future__ import annotations

from collections.abc import Sequence

from environments.errors import printable
from environments.facts.topology import process_name, scheduling_component
from operations.account import Account
from operations.errors import OperationError
from operations.one_off_task import Ended, run
from operations.progress import say


def pause(account: Account, *, seconds: int) -> None:
    """Pause every DAG, then wait until no Airflow task is queued or running.

    Raises:
        OperationError: Airflow tasks still run after ``seconds``, or the Fargate task failed.
    """
    ended = _in_scheduler(account, "pause", str(seconds))
    found = ended.event("paused")
    if found is None:
        raise _failed(account, ended, "pause")
    if found["running"]:
        raise OperationError(
            f"paused DAGs: {len(found['dags'])}; Airflow tasks still queued or running after {seconds} s: "
            f"{found['running']}. Fix: {account.command('pause')} waits again, {account.command('resume')} undoes it"
        )
    say(f"paused DAGs: {len(found['dags'])}; no Airflow task runs")


def resume(account: Account) -> None:
    """Unpause the DAGs that :func:`pause` paused. Raises OperationError when the Fargate task failed."""
    ended = _in_scheduler(account, "resume")
    found = ended.event("resumed")
    if found is None:
        raise _failed(account, ended, "resume")
    say(f"{len(found['dags'])} DAGs are no longer paused")


def airflow(account: Account, arguments: Sequence[str]) -> Ended:
    """Run a command of the Airflow CLI in a separate Fargate task and print its output on standard output.

    Raises:
        OperationError: the container did not run.
    """
    ended = run(account, _scheduler(account), command=("airflow", *arguments), show=lambda line: print(printable(line)))
    if ended.exit_code is None:
        raise OperationError(f"the command did not run: {ended.reason or 'ECS gives no reason'}")
    return ended


def _in_scheduler(account: Account, *command: str) -> Ended:
    """Run a command of the image with the secrets of the scheduler."""

    def show(line: str) -> None:
        if not line.startswith("{"):
            say(f"  {printable(line)}")

    return run(account, _scheduler(account), command=command, show=show)


def _scheduler(account: Account) -> str:
    return process_name(scheduling_component(account.environment.topology))


def _failed(account: Account, ended: Ended, verb: str) -> OperationError:
    how = {None: "did not run", 0: "printed no result"}.get(ended.exit_code, f"ended with exit code {ended.exit_code}")
    return OperationError(
        f"{verb} {how}. {ended.reason}\n{ended.tail}\nFix: correct the cause, then {account.command(verb)}"
    )
