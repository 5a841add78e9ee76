"""The upgrade proof of a release: new modules, planned over the applied old ones on the emulator."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from terraform_harness.emulator import Emulator
from terraform_harness.emulator.seed import seed
from terraform_harness.emulator.support import unsupported
from terraform_harness.terraform import workspace
from terraform_harness.terraform.run import Terraform

from modules.export.connected_root import AIRFLOW, FOUNDATION, calls, label
from modules.export.examples import REGION
from modules.export.mock_values import ACCOUNT

SAFE = "0 to destroy"
_ZONE = re.compile(r"Z[A-Z0-9]{7,31}")
Actions = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Proof:
    """What the upgrade does in an account that has the old modules.

    Attributes:
        actions: the actions of Terraform by address, without resources that stay as they are.
    """

    actions: Actions

    @property
    def destroyed(self) -> list[str]:
        """Addresses of resources that Terraform would destroy or replace."""
        return sorted(address for address, actions in self.actions.items() if "delete" in actions)

    def of(self, name: str) -> Proof:
        """The part of the module ``name``."""
        prefix = f"module.{label(name)}."
        return Proof({address: done for address, done in self.actions.items() if address.startswith(prefix)})

    def __str__(self) -> str:
        """The counts as Terraform prints them; a replaced resource is added and destroyed."""
        count = Counter(action for actions in self.actions.values() for action in actions)
        return f"{count['create']} to add, {count['update']} to change, {count['delete']} to destroy"


def prove(old: Path, new: Path, names: Sequence[str]) -> Proof:
    """Apply the modules ``names`` of the folder ``old`` on the emulator, and plan those of ``new`` over them.

    Modules that the named ones are connected to are applied and planned with them. The two stacks get an account of
    their own, because they claim the names of the single constructs.

    Raises:
        TerraformError: the old modules cannot be applied, or the new ones cannot be planned.
    """
    groups = [[name for name in names if (name in {FOUNDATION, AIRFLOW}) == of_stacks] for of_stacks in (False, True)]
    found: dict[str, tuple[str, ...]] = {}
    for group in groups:
        if group:
            found |= _of_group(old, new, group)
    return Proof(found)


def _of_group(old: Path, new: Path, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    with tempfile.TemporaryDirectory(prefix="upgrade-") as folder, Emulator(account_id=ACCOUNT, region=REGION) as aws:
        root = Path(folder)
        before = calls(old, names)
        after = {name: call for name, call in calls(new, names).items() if name in before}
        seed(aws, {"module": before}, _records([*before.values(), *after.values()]))
        terraform = Terraform(root, environment=aws.environment)
        _write(root, old, before)
        terraform.init(verify_once=True)
        terraform.apply(terraform.plan())
        _write(root, new, after)
        terraform.init(verify_once=True)
        return dict(_actions(terraform.show(terraform.plan())))


def _records(values: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """A record in each hosted zone that the calls name, so that ``seed`` creates the zones."""
    zones = {value for call in values for value in call.values() if isinstance(value, str) and _ZONE.fullmatch(value)}
    records = {zone: {"zone_id": zone, "name": "airflow.example.org"} for zone in zones}
    return {"resource": {"aws_route53_record": records}}


def _write(root: Path, folder: Path, made: Mapping[str, Mapping[str, Any]]) -> None:
    """A root in ``root`` with copies of the called modules; resources that are not emulated are left out."""
    shutil.rmtree(root / "modules", ignore_errors=True)
    for name in made:
        source = next(path for path in folder.iterdir() if label(path.name) == name)
        shutil.copytree(source, root / "modules" / name, ignore=shutil.ignore_patterns("tests", "examples", ".*"))
        copied = root / "modules" / name
        workspace.leave_out(copied, unsupported(workspace.read(copied)))
    blocks = {name: {"source": f"./modules/{name}", **values} for name, values in made.items()}
    content = {"provider": {"aws": [{"region": REGION, "s3_use_path_style": True}]}, "module": blocks}
    (root / "main.tf.json").write_text(json.dumps(content))


def _actions(plan: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for change in plan.get("resource_changes", ()):
        actions = tuple(change["change"]["actions"])
        if actions != ("no-op",):
            yield change["address"], actions
