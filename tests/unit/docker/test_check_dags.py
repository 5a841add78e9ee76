"""The import test of DAG files: its exit code and messages."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest
from airflow_fargate import check_dags


@pytest.mark.feature("O5")
@pytest.mark.parametrize(
    ("dags", "errors", "expected"),
    [
        ({"b": 1, "a": 1}, {}, (0, "2 DAGs imported: a, b\n")),
        ({"a": 1}, {"x.py": "No module named 'y'\n"}, (1, "x.py: No module named 'y'\n")),
        ({}, {}, (1, "/dags: no DAG was found. Fix: name the folder of the DAG files (dags.subdirectory)\n")),
    ],
)
def test_import_errors_and_missing_dags_fail(
    dags: dict[str, int],
    errors: dict[str, str],
    expected: tuple[int, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    module = ModuleType("airflow.dag_processing.dagbag")
    module.DagBag = lambda _folder: SimpleNamespace(dags=dags, import_errors=errors)  # type: ignore[attr-defined]
    for name in ("airflow", "airflow.dag_processing"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    code = check_dags.main("/dags")
    assert (code, "".join(capsys.readouterr())) == expected
