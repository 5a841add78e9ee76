"""Loading files: an environment or a message, never a traceback, and every check once."""

from __future__ import annotations

import copy
import importlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from environments import Environment, InvalidEnvironment, load, load_all, parse
from environments.errors import Problem
from environments.load import checked, from_data
from environments.rules import registry
from environments.rules.registry import RULES, Rule
from tests.strategies import environment_data
from tests.unit.environments.cases import SMALLEST, changed

SMALLEST_TEXT = yaml.safe_dump(SMALLEST)
lean = settings(max_examples=60, suppress_health_check=list(HealthCheck))
junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 10**20),
    st.text(max_size=20),
    st.sampled_from(
        ["10.0.0.0/33", "0.0.0.0/0", "::/0", "arn:aws:acm:::certificate/", "a" * 300, "0 0 31 2 *", "${x}"]
    ),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)


def leaves(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every key and item, sections and lists included."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from leaves(value, (*path, key))


def is_loaded_or_rejected(read: Callable[[], Environment]) -> bool:
    """True for an environment, or an error whose lines all begin with the name of the file."""
    try:
        return isinstance(read(), Environment)
    except InvalidEnvironment as error:
        return bool(error.lines) and all(line.startswith("f.yaml: ") for line in error.lines)


def put(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(data)
    node = changed
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return changed


@pytest.mark.feature("E1")
def test_folder_without_environments_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(
        InvalidEnvironment,
        match=r": contains no environment \(\*.yaml\). Fix: give the folder of the environment files$",
    ):
        load_all(tmp_path)


@pytest.mark.feature("E1")
def test_file_name_must_be_the_environment_name(tmp_path: Path) -> None:
    file = tmp_path / "develop.yaml"
    file.write_text(SMALLEST_TEXT)
    with pytest.raises(InvalidEnvironment, match=r"develop.yaml: name: must be 'develop', the name of the file, got"):
        load(file)


@pytest.mark.feature("E1")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("qa.yml", "an environment file must end in .yaml, got '.yml'. Fix: rename it to qa.yaml"),
        ("qa.YAML", "an environment file must end in .yaml, got '.YAML'. Fix: rename it to qa.yaml"),
        (
            "Dev.yaml",
            "the file must be named after its environment 'dev', got 'Dev.yaml'. Fix: rename the file to dev.yaml",
        ),
    ],
)
def test_misnamed_file_is_reported_and_not_ignored(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(SMALLEST_TEXT)
    with pytest.raises(InvalidEnvironment) as error:
        load_all(tmp_path)
    assert str(error.value) == f"{tmp_path / name}: {message}"


@pytest.mark.feature("E1")
def test_messages_have_relative_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "dev.yaml").write_text("nome: dev")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidEnvironment, match=r"^environments/dev.yaml: nome: unknown key; did you mean 'name'\?"):
        load("environments/dev.yaml")


@pytest.mark.feature("E1")
def test_problems_of_all_files_are_reported_together(tmp_path: Path) -> None:
    for name in ("a", "b", "dev"):
        (tmp_path / f"{name}.yaml").write_text("" if name != "dev" else SMALLEST_TEXT)
    with pytest.raises(InvalidEnvironment) as error:
        load_all(tmp_path)
    assert [line.split(": ")[0] for line in str(error.value).splitlines()] == [
        str(tmp_path / "a.yaml"),
        str(tmp_path / "b.yaml"),
    ]


@pytest.mark.feature("E1")
def test_invalid_environment_is_never_returned() -> None:
    with pytest.raises(InvalidEnvironment) as error:
        parse(yaml.safe_dump(changed(SMALLEST, {"region": "nowhere"})), source="dev.yaml")
    assert [problem.path for problem in error.value.problems] == ["region"]


@pytest.mark.feature("E1")
def test_each_rule_checks_an_environment_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: Counter[str] = Counter()
    monkeypatch.setattr(registry, "RULES", [_counting(rule, calls) for rule in RULES])
    environments = load_all()
    assert set(calls) == {rule.check.__name__ for rule in RULES}
    assert set(calls.values()) == {len(environments)}


@pytest.mark.feature("E1")
def test_each_section_is_validated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: Counter[str] = Counter()
    loading = importlib.import_module("environments.load")  # the package exports a function of this name
    adapters = loading._adapters()
    counting = {name: _CountingAdapter(name, adapter, calls) for name, adapter in adapters.items()}
    monkeypatch.setattr(loading, "_adapters", lambda: counting)
    from_data(SMALLEST, source="dev.yaml")
    assert calls == Counter(SMALLEST.keys())


def _counting(rule: Rule, calls: Counter[str]) -> Rule:
    def check(environment: Environment) -> Iterable[Problem]:
        calls[rule.check.__name__] += 1
        return rule.check(environment)

    return Rule(check=check, reads=rule.reads)


@dataclass
class _CountingAdapter:
    name: str
    adapter: Any
    calls: Counter[str]

    def validate_python(self, value: object) -> Any:
        self.calls[self.name] += 1
        return self.adapter.validate_python(value)


@pytest.mark.feature("E1")
def test_environment_from_code_is_checked_by_the_same_rules() -> None:
    environment = Environment(**changed(SMALLEST, {"database": {"multi_az": False}}))
    with pytest.raises(InvalidEnvironment, match=r"^environment dev: database.multi_az: must be true in production"):
        checked(environment)
    assert checked(Environment(**SMALLEST)) == from_data(SMALLEST, source="dev.yaml")


@pytest.mark.feature("E1")
@lean
@given(st.data())
def test_file_with_junk_in_one_key_is_loaded_or_rejected(data: st.DataObject) -> None:
    valid = data.draw(environment_data())
    broken = put(valid, data.draw(st.sampled_from(list(leaves(valid)))), data.draw(junk))
    assert is_loaded_or_rejected(lambda: from_data(broken, source="f.yaml"))


@pytest.mark.feature("E1")
@lean
@given(st.text(max_size=200))
@example("a: !!binary x")
@example("? [a]\n: b")
@example("<<: {a: 1}")
@example("a: &a [*a]")
@example("a: " + "[" * 500)
@example("\x00")
@example("name: !!int abc")
@example("a: !!set {b}")
@example("9" * 5000)
def test_any_text_is_loaded_or_rejected(text: str) -> None:
    assert is_loaded_or_rejected(lambda: parse(text, source="f.yaml"))


@pytest.mark.feature("E1")
@lean
@given(st.recursive(junk, lambda inner: st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8))
def test_any_yaml_is_loaded_or_rejected(value: Any) -> None:
    assert is_loaded_or_rejected(lambda: parse(yaml.safe_dump(value), source="f.yaml"))
