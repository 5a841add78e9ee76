"""Whatever stands in a file: an environment or a message, never a traceback."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from environments import Environment, InvalidEnvironment, parse
from environments.load import from_data
from tests.strategies import environment_data

lean = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
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
    """Where something stands, sections and lists included."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from leaves(value, (*path, key))


def told(read: Callable[[], Environment]) -> bool:
    """An environment, or at least one line that begins with the file's name."""
    try:
        return isinstance(read(), Environment)
    except InvalidEnvironment as error:
        return bool(error.lines) and all(line.startswith("f.yaml: ") for line in error.lines)


def put(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(data)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


@pytest.mark.feature("E1")
@lean
@given(st.data())
def test_a_file_with_junk_in_one_place_is_told_or_taken(data: st.DataObject) -> None:
    sound = data.draw(environment_data())
    broken = put(sound, data.draw(st.sampled_from(list(leaves(sound)))), data.draw(junk))
    assert told(lambda: from_data(broken, source="f.yaml"))


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
def test_any_text_is_told_or_taken(text: str) -> None:
    assert told(lambda: parse(text, source="f.yaml"))


@pytest.mark.feature("E1")
@lean
@given(st.recursive(junk, lambda inner: st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8))
def test_any_yaml_is_told_or_taken(value: Any) -> None:
    assert told(lambda: parse(yaml.safe_dump(value), source="f.yaml"))
