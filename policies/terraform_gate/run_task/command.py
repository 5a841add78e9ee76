"""The command line: ``terraform-gate run-task``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from terraform_gate.gate.time_limit import add_time_limit
from terraform_gate.gate.waivers import add_waivers

KEY_VARIABLE = "TERRAFORM_GATE_HMAC_KEY"
LOOPBACK = "127.0.0.1"
HOST = "app.terraform.io"
SHORTEST_KEY = 16


def run_task_command(arguments: Sequence[str]) -> int:
    """Serve until Ctrl-C.

    Args:
        arguments: The words after ``run-task``.

    Returns:
        The exit code: 0 after Ctrl-C, 2 when the service cannot start.
    """
    options = _parser().parse_args(arguments)
    key = os.environ.get(KEY_VARIABLE, "")
    if len(key) < SHORTEST_KEY:
        return _stop(
            f"{KEY_VARIABLE}: must have at least {SHORTEST_KEY} characters, got {len(key)}. "
            "Fix: set it to the HMAC key of the run task, for example the output of `openssl rand -hex 32`"
        )
    try:
        from terraform_gate.run_task.evaluation import Evaluation
        from terraform_gate.run_task.service import Service, log
    except ImportError as error:
        return _stop(f"{error}. Fix: pip install 'terraform-gate[run-task]'")
    missing = [str(file) for file in options.waivers if not file.is_file()]
    if missing:
        return _stop(f"--waivers {missing[0]}: no such file. Fix: correct the path")
    evaluation = Evaluation(options.reports, options.public_url, options.waivers, options.time_limit)
    try:
        options.reports.mkdir(parents=True, exist_ok=True, mode=0o700)
        service = Service(
            (options.bind, options.port),
            key=key,
            hosts=frozenset(options.host or ["app.terraform.io"]),
            evaluation=evaluation,
        )
    except OSError as error:
        return _stop(
            f"{options.bind}:{options.port}, {options.reports}: {error.strerror}. Fix: change --port, --bind or "
            "--reports"
        )
    log(f"run task on http://{options.bind}:{service.server_port}, reports in {options.reports}; Ctrl-C ends it")
    try:
        service.serve_forever()
    except KeyboardInterrupt:
        service.server_close()
    return 0


def _stop(text: str) -> int:
    sys.stderr.write(f"run-task: {text}\n")
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="terraform-gate run-task",
        description="Evaluate the gate on the plans of runs in HCP Terraform or Terraform Enterprise, as a run task of "
        f"the stage Post-plan. {KEY_VARIABLE} holds the HMAC key of the run task.",
        epilog="The service has no TLS and listens on loopback: put a reverse proxy with TLS before it.",
    )
    parser.add_argument("--bind", default=LOOPBACK, help=f"address to listen on (default: {LOOPBACK})")
    parser.add_argument("--port", type=int, default=8080, help="port to listen on (default: 8080; 0: a free one)")
    parser.add_argument(
        "--host", action="append", help="server of the runs, may be repeated (default: app.terraform.io)"
    )
    parser.add_argument("--public-url", default="", metavar="URL", help="address of the service for links to reports")
    parser.add_argument(
        "--reports",
        type=Path,
        default=Path("reports"),
        metavar="FOLDER",
        help="folder of the SARIF reports (default: reports)",
    )
    add_waivers(parser)
    add_time_limit(parser, default=480, text="for one plan; HCP Terraform waits 600 s")
    return parser
