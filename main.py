"""Synthesizes the Terraform JSON of every environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ENVIRONMENTS = Path(__file__).parent / "environments"


def main(folder: str | None = None, out: str | None = None) -> int:
    """Write ``<out>/stacks/<stack>/cdk.tf.json`` for every YAML file in ``folder``.

    Args:
        folder: folder of environments; ``environments/`` by default.
        out: output folder; ``CDKTF_OUTDIR``, which the cdktf CLI sets, or ``cdktf.out`` by default.

    Returns:
        Exit code: 0, or 2 when Node.js is missing or an environment, ``CDK`` or ``CDKTF_FAST_BINDINGS`` is invalid;
        then nothing is written.
    """
    import cdktf_fast_bindings

    try:
        cdktf_fast_bindings.prepare()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    from environments import InvalidEnvironment, load_all

    try:
        environments = load_all(folder or ENVIRONMENTS)
    except InvalidEnvironment as error:
        print(error, file=sys.stderr)
        return 2
    from modules.core.app import app
    from modules.stacks.deployment import deployments

    with app(out or os.environ.get("CDKTF_OUTDIR", "cdktf.out")) as synthesis:
        deployments(synthesis, environments)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
