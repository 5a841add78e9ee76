"""Compares two folders of synthesized stacks, address by address, under a table of intended renames.

``python -m tests.compare_stacks BEFORE AFTER`` prints each difference that no rename explains, and then exits with 1.
Comments (``//``: metadata, construct paths) are ignored, except flows and waivers, which the policies read.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE = "cdk.tf.json"
COMPARED_COMMENTS = ("flows", "waivers")


@dataclass(frozen=True)
class Renames:
    """Intended renames, from the old name to the new one; the longest old name wins.

    Args:
        addresses: beginnings of resource names, without the type. An old name matches a whole name or a beginning that
            ``_`` follows.
        outputs: complete names of outputs that another stack reads.
    """

    addresses: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)

    def address(self, name: str) -> str:
        """Return the new name of the resource ``name``."""
        for old in sorted(self.addresses, key=len, reverse=True):
            if name == old or name.startswith(f"{old}_"):
                return self.addresses[old] + name[len(old) :]
        return name

    def output(self, name: str) -> str:
        """Return the new name of the output ``name``."""
        return self.outputs.get(name, name)

    def text(self, text: str) -> str:
        """Return ``text`` with the new names in its references to resources and outputs."""
        text = re.sub(r"\b(aws_\w+)\.(\w+)", lambda found: f"{found[1]}.{self.address(found[2])}", text)
        return re.sub(r"\boutputs\.(\w+)", lambda found: f"outputs.{self.output(found[1])}", text)


RENAMES = Renames(
    addresses={
        "door_load_balancer": "load_balancer",
        "door_load_balancer_execution_api_refused": "load_balancer_deny_execution_api",
        "door_certificate": "certificate",
        "door_certificate_proof": "certificate_validation_record",
        "door_firewall": "web_firewall",
        "door_public_name": "dns_record",
        "database_sleep": "database_schedule",
    },
    outputs={
        "use_aws_services_endpoints_security_group_id": "interface_endpoints_security_group_id",
        "use_aws_services_s3_prefix_list_id": "s3_prefix_list_id",
        "use_access_logs_bucket": "access_logs_bucket",
        "use_broker_address": "broker_address",
        "use_broker_connections_security_group_id": "broker_security_group_id",
        "use_database_address": "database_address",
        "use_database_connections_security_group_id": "database_security_group_id",
        "use_images_arn": "image_repository_arn",
        "use_images_url": "image_repository_url",
        "use_network_application_subnet_ids": "application_subnet_ids",
        "use_network_data_subnet_ids": "data_subnet_ids",
        "use_network_public_subnet_ids": "public_subnet_ids",
        "use_network_vpc_id": "vpc_id",
        "use_secrets_database_password_key_arn": "secrets_key_arn",
        **{
            f"use_secrets_{secret}_{attribute}": f"{secret}_{attribute}"
            for secret in (
                "admin_password",
                "api_secret_key",
                "broker_auth_token",
                "database_password",
                "fernet_key",
                "jwt_secret",
            )
            for attribute in ("arn", "version")
        },
        "use_task_logs_bucket_arn": "task_logs_bucket_arn",
        "use_task_logs_bucket_name": "task_logs_bucket_name",
        "use_task_logs_key_arn": "data_key_arn",
    },
)


def differences(before: Path, after: Path, renames: Renames) -> Iterator[str]:
    """Yield one line for each difference between the stacks of two output folders that ``renames`` does not explain."""
    old, new = _stacks(before), _stacks(after)
    for stack in sorted({*old, *new}):
        if stack not in new or stack not in old:
            yield f"{stack}: only in {before if stack in old else after}"
        else:
            yield from _of_stack(stack, _parts(old[stack], renames), _parts(new[stack], Renames()))


def _stacks(folder: Path) -> dict[str, Any]:
    files = sorted(folder.glob(f"stacks/*/{FILE}"))
    if not files:
        raise FileNotFoundError(f"{folder}: no stacks/*/{FILE}. Fix: run `make synth`, or name another folder")
    return {file.parent.name: json.loads(file.read_text(encoding="utf-8")) for file in files}


def _parts(document: Mapping[str, Any], renames: Renames) -> dict[str, Any]:
    """Return the comparable parts of a stack by address, with the names that ``renames`` gives them."""
    parts: dict[str, Any] = {}
    for section, content in document.items():
        if section == "//":
            parts |= {f"//.{name}": _renamed(content.get(name), renames) for name in COMPARED_COMMENTS}
        elif section in {"resource", "data", "ephemeral"}:
            for kind, items in content.items():
                for name, body in items.items():
                    address = f"{section}.{kind}.{renames.address(name)}"
                    if address in parts:
                        raise ValueError(f"two renames lead to {address}")
                    parts[address] = _renamed(body, renames)
        elif section == "output":
            # The description of an output that another stack reads contains its name.
            names = {renames.output(name): body for name, body in content.items()}
            parts |= {f"output.{name}": _renamed(body["value"], renames) for name, body in names.items()}
        else:
            parts[section] = _renamed(content, renames)
    return parts


def _renamed(value: Any, renames: Renames) -> Any:
    if isinstance(value, str):
        return renames.text(value)
    if isinstance(value, list):
        return [_renamed(item, renames) for item in value]
    if isinstance(value, dict):
        return {key: _renamed(item, renames) for key, item in value.items() if key != "//"}
    return value


def _of_stack(stack: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for address in sorted({*old, *new}):
        if address not in new:
            yield f"{stack}: {address}: removed"
        elif address not in old:
            yield f"{stack}: {address}: added"
        elif old[address] != new[address]:
            yield from (f"{stack}: {address}{line}" for line in _of_values(old[address], new[address]))


def _of_values(old: Any, new: Any, path: str = "") -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from _of_values(old.get(key), new.get(key), f"{path}.{key}")
    elif old != new:
        yield f"{path}: {json.dumps(old)} -> {json.dumps(new)}"


def main(arguments: Sequence[str]) -> int:
    """Print the differences.

    Returns:
        Exit code: 0 without a difference, 1 with one, 2 when an argument is wrong.
    """
    if len(arguments) != 2:
        print("usage: python -m tests.compare_stacks BEFORE AFTER", file=sys.stderr)
        return 2
    before, after = map(Path, arguments)
    try:
        found = list(differences(before, after, RENAMES))
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    for line in found:
        print(line)
    if not found:
        print(f"equal but for the intended renames: {len(_stacks(after))} stacks")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
