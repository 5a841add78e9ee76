"""Every environment in, Terraform JSON out."""

from __future__ import annotations

import sys
from pathlib import Path

from environments import InvalidEnvironment, load_all

HERE = Path(__file__).parent


def main(folder: str = str(HERE / "environments"), out: str = "cdktf.out") -> int:
    """Write ``<out>/stacks/<stack>/cdk.tf.json`` for every YAML file in ``folder``; 2 when one is wrong."""
    try:
        environments = load_all(folder)
    except InvalidEnvironment as error:
        print(error, file=sys.stderr)
        return 2
    from modules.deployment import deployments
    from modules.core.app import app

    with app(out) as synthesis:
        deployments(synthesis, environments)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
