"""Measures synthesis and compares it with baselines of cdktf."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import yaml

from bench.measure import Cost, Series, in_turn, run
from bench.report import Row
from local.repository import ROOT

ENVIRONMENTS = ROOT / "environments"
MANY, ENVIRONMENT_SECONDS = 100, 0.15
EMPTY_APP = "import sys, cdktf; cdktf.App(outdir=sys.argv[1]).synth()"
# The same number of resources created directly with the same bindings: the baseline of cdktf.
BARE_RESOURCES = """
import sys
import modules
from cdktf import App, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider
from cdktf_cdktf_provider_aws.subnet import Subnet
app = App(outdir=sys.argv[1])
stack = TerraformStack(app, "bare")
AwsProvider(stack, "aws", region="eu-central-1")
for number in range(int(sys.argv[2])):
    Subnet(stack, f"s{number}", vpc_id="vpc-1", cidr_block="10.0.0.0/24", tags={"Name": "a"}).id
app.synth()
"""
# An empty PYTHONDONTWRITEBYTECODE is Python's default: a program's own modules are compiled once, not at each start.
QUIET = {
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
    "PYTHONPATH": str(ROOT),
    "PYTHONDONTWRITEBYTECODE": "",
}


def rows(*, rounds: int) -> list[Row]:
    """Rows for start-up, memory, time per resource and time per environment."""
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        synthesize(work, ENVIRONMENTS)  # fills the cache of the bindings
        resources = count(work / "out")
        empty, bare, ours = in_turn(
            rounds,
            lambda: python("-c", EMPTY_APP, str(work / "empty")),
            lambda: python("-c", BARE_RESOURCES, str(work / "bare"), str(resources)),
            lambda: synthesize(work, ENVIRONMENTS),
        )
        ordinary = python(str(ROOT / "main.py"), str(ENVIRONMENTS), str(work / "slow"), CDKTF_FAST_BINDINGS="ordinary")
        many = synthesize(work, copies(work / "many", MANY))
        each = (many.wall - ours.wall) / (MANY - names())
        made = count(work / "out") / MANY
        bare_price = price(empty, bare, resources)
        bare_row = f"{resources} bare resources"
    return [
        Row("main.py, all environments", ours.seconds(), ours.wall, "empty app", empty.wall, limit=2.0),
        Row(
            "main.py, peak memory with Node",
            ours.mebibytes(),
            ours.memory,
            "empty app",
            empty.memory,
            limit=1.5,
        ),
        Row(f"main.py, {resources} resources", ours.seconds(), ours.wall, bare_row, bare.wall, limit=2.0),
        Row(bare_row, bare.seconds(), bare.wall, "empty app", empty.wall),
        Row("ordinary import", f"{ordinary.wall:.2f} s", ordinary.wall, "main.py", ours.wall),
        Row("ordinary import: memory", f"{ordinary.memory:.0f} MiB", ordinary.memory, "main.py", ours.memory),
        Row(f"one more environment of {MANY}", f"{each:.3f} s", each, "limit", ENVIRONMENT_SECONDS, limit=1.0),
        Row(
            f"{made:.0f} bare resources, those of one environment",
            f"{made * bare_price:.3f} s",
            made * bare_price,
            "limit",
            ENVIRONMENT_SECONDS,
        ),
        Row(
            f"one more resource of {MANY} environments",
            f"{1000 * each / made:.2f} ms",
            each / made,
            "one more bare resource",
            bare_price,
            limit=2.0,
        ),
    ]


def price(empty: Series, bare: Series, resources: int) -> float:
    """Seconds for one resource created directly with cdktf."""
    return (bare.wall - empty.wall) / resources


def python(*arguments: str, **environment: str) -> Cost:
    return run([sys.executable, *arguments], environment={**QUIET, **environment}, cwd=ROOT)


def synthesize(work: Path, folder: Path) -> Cost:
    return python(str(ROOT / "main.py"), str(folder), str(work / "out"))


def count(out: Path) -> int:
    """Resources in all synthesized stacks."""
    stacks = [json.loads(file.read_text()) for file in out.glob("stacks/*/cdk.tf.json")]
    return sum(len(items) for stack in stacks for items in stack.get("resource", {}).values())


def names() -> int:
    return len(list(ENVIRONMENTS.glob("*.yaml")))


def copies(folder: Path, number: int) -> Path:
    """A folder of copies of ``dev``, each with its own name and network."""
    folder.mkdir()
    like = yaml.safe_load((ENVIRONMENTS / "dev.yaml").read_text())
    for index in range(number):
        like["name"] = f"env{index}"
        like["network"] = {**like["network"], "cidr": f"10.{index}.0.0/16"}
        (folder / f"env{index}.yaml").write_text(yaml.safe_dump(like))
    return folder
