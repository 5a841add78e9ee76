"""Each test file of the tiers unit and policies is where its source file is in the tree, or says why it has none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.repository import ROOT

# Folders of tests whose source is elsewhere than below the same path; the longest matching one counts.
SOURCES: dict[str, tuple[str, ...]] = {
    "tests/policies": ("policies/terraform_gate",),
    "tests/unit": (".",),
    "tests/unit/bindings": ("bindings/cdktf_fast_bindings",),
    "tests/unit/docker": ("docker/airflow_fargate", "docker/airflow", "docker"),
    "tests/unit/harness": ("harness/terraform_harness",),
}

# Test files without a source file of their name, by the reason.
WITHOUT_SOURCE: dict[str, tuple[str, ...]] = {
    "a property of many modules": (
        "tests/policies/gate/test_bad_input.py",
        "tests/policies/gate/test_formats.py",
        "tests/policies/gate/test_hcl.py",
        "tests/policies/gate/test_hostile_hcl.py",
        "tests/policies/gate/test_hostile_input.py",
        "tests/policies/gate/test_hostile_surroundings.py",
        "tests/policies/gate/test_verdicts.py",
        "tests/policies/reading/test_fuzzed_input.py",
        "tests/unit/docker/test_image_secrets.py",
        "tests/unit/environments/test_effects.py",
        "tests/unit/environments/test_messages.py",
        "tests/unit/modules/stacks/test_neighbours.py",
        "tests/unit/modules/stacks/test_order.py",
        "tests/unit/modules/stacks/test_second_environment.py",
        "tests/unit/modules/stacks/test_teams.py",
        "tests/unit/modules/test_limits.py",
        "tests/unit/modules/test_settings_objects.py",
        "tests/unit/operations/test_preconditions.py",
        "tests/unit/test_mirror.py",
    ),
    "a property of the rules, of a family of them or of all": (
        "tests/policies/iam/test_restrictions.py",
        "tests/policies/rules/network/test_ways_to_the_internet.py",
        "tests/policies/rules/state/test_settings.py",
        "tests/policies/rules/test_arbitrary_input.py",
        "tests/policies/rules/test_evasion.py",
        "tests/policies/rules/test_evasion_gate.py",
        "tests/policies/rules/test_hostile_arguments.py",
        "tests/policies/rules/test_network_mutants.py",
        "tests/policies/rules/test_rule_examples.py",
        "tests/policies/rules/test_rule_mutants.py",
    ),
    "the gate on the environments of this repository": (
        "tests/policies/gate/test_environments.py",
        "tests/policies/network/test_environments.py",
        "tests/policies/test_generated_environments.py",
        "tests/policies/test_own_containers.py",
    ),
    "the arguments of all commands, or the files that a command writes": (
        "tests/unit/operations/commands/test_arguments.py",
        "tests/unit/operations/pipelines/test_workflows.py",
    ),
    "a page, or a file that is no Python": (
        "tests/policies/gate/test_action.py",
        "tests/policies/gate/test_pre_commit.py",
        "tests/unit/docs/test_environment_examples.py",
        "tests/unit/docs/test_guide.py",
        "tests/unit/docs/test_make.py",
        "tests/unit/docs/test_readme.py",
        "tests/unit/harness/test_readme.py",
        "tests/unit/report/page/test_browser.py",
    ),
    "examples in docstrings and in files": (
        "tests/unit/bindings/test_examples.py",
        "tests/unit/environments/test_examples.py",
        "tests/unit/harness/test_examples.py",
        "tests/unit/modules/test_examples.py",
    ),
    "provider packages other than AWS": ("tests/unit/bindings/test_other_providers.py",),
    "a module of tests/": ("tests/unit/modules/test_compare_stacks.py",),
}
LISTED = {file: reason for reason, files in WITHOUT_SOURCE.items() for file in files}


def files_of_tests(root: Path) -> list[str]:
    found = (file for tier in ("unit", "policies") for file in (root / "tests" / tier).rglob("test_*.py"))
    return sorted(file.relative_to(root).as_posix() for file in found)


def sources(file: str) -> Iterator[str]:
    """Patterns of the files that the test file can belong to: a module, a package, ``__main__``, a script or a page."""
    folder = max((folder for folder in SOURCES if file.startswith(f"{folder}/")), key=len)
    inside = Path(file).relative_to(folder).parent
    name = Path(file).stem.removeprefix("test_")
    for source in SOURCES[folder]:
        location = Path(source) / inside
        yield from (f"{location}/{pattern}" for pattern in (name, f"{name}.py", f"{name}.md", f"__{name}__.py"))
        if location.name == name:
            yield f"{location}/__init__.py"


def orphans(root: Path) -> set[str]:
    return {file for file in files_of_tests(root) if not any(any(root.glob(pattern)) for pattern in sources(file))}


def test_every_test_file_has_a_source_file_or_a_reason() -> None:
    missing = sorted(orphans(ROOT) - LISTED.keys())
    assert not missing, f"no source file at the mirrored path: {missing}. Fix: move or rename them, or list them here"


def test_every_listed_file_exists_and_has_no_source_file() -> None:
    stale = sorted(LISTED.keys() - orphans(ROOT))
    assert not stale, f"not needed in WITHOUT_SOURCE: {stale}"


@pytest.mark.parametrize(
    ("test", "source"),
    [
        ("tests/unit/operations/test_plan.py", "operations/plan.py"),
        ("tests/unit/operations/test_main.py", "operations/__main__.py"),
        ("tests/unit/docker/sign_on/test_cookies.py", "docker/airflow_fargate/sign_on/cookies.py"),
        ("tests/unit/docs/test_hcp.py", "docs/hcp.md"),
        ("tests/unit/environments/rules/test_rules.py", "environments/rules/__init__.py"),
        ("tests/policies/rules/ecs/test_logging.py", "policies/terraform_gate/rules/ecs/logging.py"),
    ],
)
def test_file_without_source_is_found(tmp_path: Path, test: str, source: str) -> None:
    (tmp_path / test).parent.mkdir(parents=True)
    (tmp_path / test).touch()
    assert orphans(tmp_path) == {test}
    (tmp_path / source).parent.mkdir(parents=True)
    (tmp_path / source).touch()
    assert orphans(tmp_path) == set()
