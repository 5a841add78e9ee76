"""What a change of the environment file would cost: changed copies are synthesized and estimated like the original."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from environments import Environment, InvalidEnvironment
from environments.load import from_data
from environments.yaml_reader import read_mapping
from report.cost.estimate import Estimate, estimate
from report.cost.prices import PriceList
from report.cost.profile import Profile
from report.source import ROOT, read_source

MOST_WORKER_GROUPS = 3
TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Variant:
    """A change of one key. ``difference`` in USD a month; None with a ``problem``."""

    key: str
    now: str
    then: str
    difference: float | None = None
    problem: str = ""
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)


def variants_of(
    file: Path, environment: Environment, now: Estimate, *, prices: PriceList, profile: Profile
) -> list[Variant]:
    """The typical changes of an environment, each with its cost or with the rule that rejects it."""
    data = read_mapping(file.read_text("utf-8"))
    wanted = list(_changes(data, environment))
    valid = {index: item for index, item in enumerate(wanted) if not item.problem}
    with tempfile.TemporaryDirectory(prefix="airflow-fargate-report-") as folder:
        failed = _synthesize({f"v{index}": item.data for index, item in valid.items()}, Path(folder))
        return [
            _costed(item, Path(folder), f"v{index}", now, prices=prices, profile=profile)
            if index in valid and not failed
            else Variant(item.key, item.now, item.then, problem=item.problem or failed)
            for index, item in enumerate(wanted)
        ]


def _changes(data: dict[str, Any], environment: Environment) -> Iterator[Variant]:
    for egress in ("none", "single_nat", "nat_per_zone"):
        yield from _change(_without_repository(data, egress), ("network", "egress"), environment.network.egress, egress)
    yield from _change(data, ("database", "multi_az"), environment.database.multi_az, not environment.database.multi_az)
    chips = ("ARM64", "X86_64")
    yield from _change(data, ("architecture",), environment.architecture, chips[environment.architecture == "ARM64"])
    for index, group in enumerate(environment.workers[:MOST_WORKER_GROUPS] if "workers" in data else ()):
        share = 0 if group.spot_percent else 100
        yield from _change(data, ("workers", index, "spot_percent"), group.spot_percent, share)
        yield from _change(data, ("workers", index, "max_count"), group.max_count, group.max_count + 1)
    for topology in ("single", "local_executor"):
        smaller = {key: value for key, value in data.items() if key not in {"workers", "broker", "components"}}
        yield from _change(smaller, ("topology",), environment.topology, topology)


def _change(data: dict[str, Any], path: Sequence[str | int], now: object, then: object) -> Iterator[Variant]:
    if now == then:
        return
    changed = _with(data, path, then)
    key = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
    problem = ""
    try:
        from_data(changed, source=key)
    except InvalidEnvironment as error:
        problem = str(error).splitlines()[0].removeprefix(f"{key}: ")
    yield Variant(key, _shown(now), _shown(then), problem=problem, data=changed)


def _without_repository(data: dict[str, Any], egress: str) -> dict[str, Any]:
    """With egress ``none`` no repository is reachable: the DAG files are in the image then."""
    return (
        {**data, "dags": {"delivery": "baked"}} if egress == "none" and "repository" in data.get("dags", {}) else data
    )


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _with(data: Any, path: Sequence[str | int], value: object) -> Any:
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(data, list):
        return [_with(item, rest, value) if index == step else item for index, item in enumerate(data)]
    known = data if isinstance(data, dict) else {}
    return {**known, step: _with(known.get(step), rest, value)}


def _synthesize(environments: Mapping[str, Mapping[str, Any]], folder: Path) -> str:
    """Write the Terraform JSON of the changed environments; the problem, or nothing."""
    sources = folder / "environments"
    sources.mkdir()
    if not environments:
        return ""
    for index, (name, data) in enumerate(environments.items()):
        state = {"backend": "local", "path": f"/tmp/{name}"}  # noqa: S108  a name in JSON, no file
        alone = {**data, "name": name, "production": False, "waivers": [], "state": state}
        network = {**data["network"]}
        if "existing" not in network and "cidr" in network:
            network["cidr"] = f"10.{index + 1}.0.0/16"
        (sources / f"{name}.yaml").write_text(yaml.safe_dump({**alone, "network": network}), encoding="utf-8")
    command = [sys.executable, "main.py", str(sources), str(folder / "out")]
    try:
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        return f"not estimated within {TIMEOUT_SECONDS} s"
    return (ended.stderr.strip().splitlines() or ["synthesis failed"])[0] if ended.returncode else ""


def _costed(item: Variant, folder: Path, name: str, now: Estimate, *, prices: PriceList, profile: Profile) -> Variant:
    source = read_source(name, environments=folder / "environments", stacks=folder / "out" / "stacks")
    then = estimate(source.configuration, source.environment, prices=prices, profile=profile)
    missing = sorted({line.item.price for line in then.unknown})
    if missing:
        return Variant(item.key, item.now, item.then, problem=f"no price of {', '.join(missing)} in {prices.region}")
    return Variant(item.key, item.now, item.then, then.total - now.total)
