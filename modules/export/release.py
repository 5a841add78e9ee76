"""``python -m modules.export.release VERSION``: release exported modules with a change log and an upgrade proof."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from datetime import date as date_type
from pathlib import Path
from typing import Annotated

import typer
from terraform_harness.emulator.process import EmulatorError
from terraform_harness.extras import MissingExtra
from terraform_harness.terraform.run import TerraformError

from environments.errors import printable
from modules.export import git_tag
from modules.export.changes import Step
from modules.export.messages import fail
from modules.export.released import compare, stage, write_release
from modules.export.upgrade_proof import prove
from modules.export.versions import Release, Version

Modules = Annotated[Path, typer.Option("--modules", help="Folder of the exported modules.")]
To = Annotated[
    Path, typer.Option("--to", help="Folder of the released modules, for example a checkout of a repository.")
]
Date = Annotated[str, typer.Option("--date", help="Date of the release. Default: today (UTC).")]
NoProof = Annotated[bool, typer.Option("--without-proof", help="Do not apply and plan on the emulator.")]
Tag = Annotated[bool, typer.Option("--tag", help="Commit the released modules, and tag the commit `vVERSION`.")]


def main(
    version: Annotated[str, typer.Argument(help="Number of the release, such as 1.2.0.")],
    *,
    modules: Modules = Path("dist/modules"),
    to: To = Path("released"),
    date: Date = "",
    without_proof: NoProof = False,
    tag: Tag = False,
) -> None:
    """Compare the exported modules with the released ones, prove the upgrade, and write the release VERSION.

    VERSION must be at least the version that the comparison and the upgrade proof require: a plan that destroys or
    replaces resources requires a major version.
    """
    try:
        number = Version.parse(version)
        if tag:
            git_tag.check(to, f"v{number}")
        with tempfile.TemporaryDirectory(prefix="release-") as staged:
            stage(modules, to, into=Path(staged))
            release = compare(Path(staged), to, version=number, date=_date(date))
            _check(release, Path(staged), to, without_proof=without_proof)
            write_release(release, Path(staged), to)
        if tag:
            git_tag.commit_and_tag(to, f"v{number}")
    except (ValueError, OSError, MissingExtra, EmulatorError, TerraformError, git_tag.GitError) as problem:
        fail(problem)
    folder = printable(str(to))
    print(
        f"released {number} in {folder}. Next: "
        + (f"git -C {folder} push --follow-tags" if tag else f"review {folder}")
    )


def _date(text: str) -> str:
    """``text``, or today."""
    try:
        return str(date_type.fromisoformat(text)) if text else f"{datetime.now(UTC):%Y-%m-%d}"
    except ValueError:
        raise ValueError(f"date {printable(text)} is not a date. Fix: write it as 2026-11-28") from None


def _check(release: Release, staged: Path, to: Path, *, without_proof: bool) -> None:
    """Check the version against the comparison, then against the upgrade proof, which takes minutes."""
    _print(release)
    release.require(release.demanded)
    changed = [name for name, changes in release.changes.items() if changes]
    if not changed or without_proof:
        return
    print(f"Applying {release.last} on the emulator and planning {release.version} over it: {', '.join(changed)}")
    release.proof = prove(to, staged, changed)
    print(f"upgrade from {release.last}: {release.proof}")
    if release.proof.destroyed:
        release.require(Step.MAJOR, because=f"the upgrade destroys {', '.join(release.proof.destroyed)}")


def _print(release: Release) -> None:
    for name, changes in release.changes.items():
        for change in changes:
            print(f"{change.step.name.lower():6} {name}: {printable(change.text)}")
    if release.last:
        print(f"since {release.last}: {release.demanded.name.lower()}")


if __name__ == "__main__":
    typer.run(main)
