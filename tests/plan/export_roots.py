"""Roots that call exported modules, for plans without an AWS account."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from terraform_harness.terraform.run import Terraform

from tests.plan import sts


def offline(account: str) -> dict[str, Any]:
    """Arguments of a provider for plans without network, with the credentials of ``account``."""
    return {
        "access_key": account,
        "secret_key": "none",
        "skip_credentials_validation": True,
        "skip_metadata_api_check": "true",
        "skip_requesting_account_id": True,
        "skip_region_validation": True,
        "endpoints": [{"sts": sts.endpoint()}],
    }


def write_root(folder: Path, content: Mapping[str, Any]) -> Path:
    """A root with the Terraform JSON ``content``."""
    folder.mkdir()
    (folder / "main.tf.json").write_text(json.dumps(content))
    return folder


def plan(folder: Path) -> dict[str, Any]:
    """``terraform show -json`` of a plan of the root in ``folder``."""
    terraform = Terraform(folder)
    terraform.init(verify_once=True)
    return terraform.show(terraform.plan())


def offline_provider(stack: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The stack's provider with its default tags, configured for plans without account and network."""
    (provider,) = stack["provider"]["aws"]
    kept = {key: value for key, value in provider.items() if key in {"region", "default_tags"}}
    (account,) = provider["allowed_account_ids"]
    return [kept | offline(account)]


def mock_output(name: str, value: Any, *, account: str, region: str) -> Any:
    """A mock value for the output ``name``: a list of the same length, an ARN where the name ends in `_arn`."""
    if isinstance(value, list):
        text = mock_output(name, "", account=account, region=region)
        return [f"{text}{index}" for index in range(len(value))]
    shapes = {
        "key_arn": f"arn:aws:kms:{region}:{account}:key/{name}",
        "_arn": f"arn:aws:iam::111111111111:role/{name}",
        "_version": "1",
        "_cidr": "10.10.0.0/16",
    }
    return next((shape for end, shape in shapes.items() if name.endswith(end)), name.replace("_", "-"))


def resources(planned: Mapping[str, Any]) -> dict[str, Any]:
    """Known values of each resource by its address in the root or in the called module, with JSON texts parsed."""
    root = planned["planned_values"]["root_module"]
    found = list(root.get("resources", []))
    for child in root.get("child_modules", []):
        found += child["resources"]
    return {_address(item): _parsed(item.get("values", {})) for item in found if item["mode"] == "managed"}


def _address(item: Mapping[str, Any]) -> str:
    """The address; for a resource of a worker group, the one that the group has in the stack of an environment."""
    key = str(item.get("index", "")).replace("-", "_")
    name = re.sub(r"(worker|queued)_group(?=_|$)", rf"\1_{key}", item["name"])
    return f"{item['type']}.{name}"


def _parsed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _parsed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_parsed(inner) for inner in value]
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
