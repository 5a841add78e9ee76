"""A provider mirror is found in a defined order."""

from __future__ import annotations

from pathlib import Path

from terraform_harness.terraform import mirror


def provider(folder: Path) -> Path:
    (folder / mirror.PROVIDER).mkdir(parents=True)
    return folder


def test_mirror_named_by_the_variable_wins_over_all_others(tmp_path: Path) -> None:
    named, implied = provider(tmp_path / "named"), tmp_path / "home"
    provider(implied / ".terraform.d" / "plugins")
    assert mirror.find(environ={mirror.VARIABLE: str(named)}, home=implied, roots=()) == named


def test_mirror_implied_by_terraform_wins_over_add_on_software(tmp_path: Path) -> None:
    implied = provider(tmp_path / "home" / ".terraform.d" / "plugins")
    provider(tmp_path / "opt" / "anything")
    assert mirror.find(environ={}, home=tmp_path / "home", roots=(tmp_path / "opt",)) == implied


def test_mirror_is_found_one_level_below_add_on_software(tmp_path: Path) -> None:
    (tmp_path / "opt" / "empty").mkdir(parents=True)
    folder = provider(tmp_path / "opt" / "plugins")
    assert mirror.find(environ={}, home=tmp_path, roots=(tmp_path / "opt", tmp_path / "absent")) == folder


def test_mirror_named_but_empty_is_not_replaced_by_another(tmp_path: Path) -> None:
    provider(tmp_path / "opt" / "plugins")
    assert mirror.find(environ={mirror.VARIABLE: str(tmp_path)}, home=tmp_path, roots=(tmp_path / "opt",)) is None
