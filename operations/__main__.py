"""Commands for a live environment. Start with ``doctor``.

Exit codes: 0 done; 1 stopped after something was changed, or a check failed; 2 stopped before anything was changed;
130 interrupted by Ctrl-C. Every command can be run again: it continues.
"""

from __future__ import annotations

import typer

from environments.command_line import Commands
from operations.account import PYTHON
from operations.commands import (
    checks,
    control,
    dags,
    delivery,
    deployment,
    hand_over,
    hibernation,
    observe,
    recover,
    schema,
    secrets,
)
from operations.commands import upgrade as _upgrade
from operations.hcp import commands as _hcp

app = typer.Typer(
    cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)
app.add_typer(_hcp.app, name="hcp")
app.add_typer(dags.app, name="dags")

for command in (
    checks.doctor,
    deployment.bootstrap,
    deployment.plan,
    deployment.deploy,
    secrets.secrets,
    schema.migrate,
    schema.downgrade,
    secrets.rotate,
    hibernation.hibernate,
    hibernation.wake,
    checks.verify,
    deployment.destroy,
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
