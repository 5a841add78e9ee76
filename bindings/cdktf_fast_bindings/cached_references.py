"""Caches construct paths and tokens in Python, which jsii otherwise requests from Node each time."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_PATH, _TOKENS = "_fast_bindings_path", "_fast_bindings_tokens"
_ROOTS = frozenset({"cdktf.App", "cdktn.App"})
_ONE_TOKEN = re.compile(r"\$\{TfToken\[TOKEN\.\d+\]\}")


def cache_references() -> None:
    """Add the cache to jsii. Needs a known jsii."""
    import jsii

    jsii.create = _with_path(jsii.create)
    jsii.get = _cached_token(jsii.get)
    jsii.set = _invalidating(jsii.set)


def path_of(construct: Any) -> str:
    """Return the path of a construct, as ``node.path`` does, from the cache where possible."""
    known: str | None = vars(construct).get(_PATH)
    return construct.to_string() if known is None else known


def _with_path(create: Callable[..., Any]) -> Callable[..., Any]:
    def creates(klass: Any, obj: Any, args: list[Any] | None = None) -> Any:
        reference = create(klass, obj, args)
        path = "" if klass.__jsii_type__ in _ROOTS else _below(*(args or ())[:2])
        if path is not None:
            setattr(obj, _PATH, path)
        return reference

    return creates


def _below(scope: Any = None, id_: Any = None) -> str | None:
    """Return the path of ``id_`` in ``scope``; None where the library changes the id, or the scope is not cached."""
    above: str | None = getattr(scope, "__dict__", {}).get(_PATH)
    if above is None or not isinstance(id_, str) or not id_ or "/" in id_ or "${" in id_:
        return None
    return f"{above}/{id_}" if above else id_


def _cached_token(get: Callable[..., Any]) -> Callable[..., Any]:
    def gets(obj: Any, name: str) -> Any:
        tokens = vars(obj).setdefault(_TOKENS, {})
        if name in tokens:
            return tokens[name]
        value = get(obj, name)
        # An input can be replaced later; a reference to a resource is constant.
        if isinstance(value, str) and _ONE_TOKEN.fullmatch(value) and not name.endswith("Input"):
            tokens[name] = value
        return value

    return gets


def _invalidating(set_: Callable[..., Any]) -> Callable[..., Any]:
    def sets(obj: Any, name: str, value: Any) -> Any:
        vars(obj).pop(_TOKENS, None)
        return set_(obj, name, value)

    return sets
