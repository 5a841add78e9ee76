"""Parameters are files below one folder, and env files keep values unchanged."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.compose.errors import PreconditionError
from local.compose.parameters import Parameters, write_env_file


def test_value_of_several_lines_is_one_line_of_the_env_file(tmp_path: Path) -> None:
    write_env_file(tmp_path / "x.env", {"KEY": "first\nsecond $HOME 'quoted' #no comment"})
    assert (tmp_path / "x.env").read_text() == "KEY=first\\nsecond $HOME 'quoted' #no comment\n"


@pytest.mark.parametrize("reference", ["/airflow/../../etc/passwd", "/", "arn:aws:ssm:eu:1:parameter/../x"])
def test_parameter_outside_the_folder_is_rejected(tmp_path: Path, reference: str) -> None:
    with pytest.raises(PreconditionError, match="is not a parameter name"):
        Parameters(folder=tmp_path).path(reference)


def test_parameter_by_name_and_by_arn_is_the_same_file(tmp_path: Path) -> None:
    parameters = Parameters(folder=tmp_path)
    arn = "arn:aws:ssm:eu-central-1:111111111111:parameter/airflow/dev/fernet-key"
    assert parameters.path(arn) == parameters.path("/airflow/dev/fernet-key") == tmp_path / "airflow/dev/fernet-key"
