"""Modules that configurations call: sources, circles, instances."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.policies.reading.hcl_folder import addresses, written


@pytest.mark.feature("P5")
def test_module_whose_source_is_not_here_is_a_problem_with_file_and_line(tmp_path: Path) -> None:
    inputs = written(tmp_path / "app", main='\nmodule "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n')
    (problem,) = inputs.problems
    assert problem.where == f"{tmp_path / 'app' / 'main.tf'}:2: module.vpc"
    assert "Fix: terraform init" in problem.reason


@pytest.mark.feature("P5")
def test_modules_that_call_each_other_in_a_circle_are_a_problem(tmp_path: Path) -> None:
    main = 'module "m" {\n  source = "../b"\n}\n'
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "main.tf").write_text('module "n" {\n  source = "../b"\n}\n')
    inputs = written(tmp_path / "app", main=main)
    assert any("circle" in problem.reason for problem in inputs.problems)


@pytest.mark.feature("P5")
def test_for_each_of_a_module_reads_the_outputs_of_another_and_of_itself(tmp_path: Path) -> None:
    folder = tmp_path / "app" / "m"
    folder.mkdir(parents=True)
    (folder / "main.tf").write_text('resource "aws_vpc" "v" {}\noutput "names" { value = toset(["x"]) }\n')
    inputs = written(
        tmp_path / "app",
        main='module "a" {\n  source = "./m"\n  for_each = module.b.names\n}\nmodule "b" {\n  source = "./m"\n}\n'
        'module "c" {\n  source = "./m"\n  for_each = module.c.names\n}\n',
    )
    (configuration,) = inputs.configurations()
    assert addresses(configuration) == {
        'module.a["x"].aws_vpc.v',
        "module.b.aws_vpc.v",
        "module.c.aws_vpc.v",
    }


@pytest.mark.feature("P5")
def test_modules_that_multiply_each_other_are_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("terraform_gate.reading.module_instance._STEPS_OF_A_RESOURCE", 10_000_000)
    (tmp_path / "app" / "m").mkdir(parents=True)
    (tmp_path / "app" / "m" / "main.tf").write_text('resource "aws_vpc" "main" {\n  count = 1000\n}\n')
    inputs = written(tmp_path / "app", main='module "m" {\n  source = "./m"\n  count = 1000\n}\n')
    assert not inputs.readable_configurations()
    assert "count and for_each have more than" in str(inputs.problems)
