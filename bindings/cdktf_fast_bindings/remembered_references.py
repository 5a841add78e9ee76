"""What jsii asks Node for although Python knows it: where a construct stands, and tokens it was given before."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_PATH, _TOKENS = "_airflow_fargate_path", "_airflow_fargate_tokens"
_ROOT = "cdktf.App"
_ONE_TOKEN = re.compile(r"\$\{TfToken\[TOKEN\.\d+\]\}")


def remember() -> None:
    """Let jsii remember from now on. For a jsii that is known."""
    import jsii

    jsii.create = _with_path(jsii.create)
    jsii.get = _each_token_once(jsii.get)
    jsii.set = _forgetting(jsii.set)


def path_of(construct: Any) -> str:
    """The construct's path as ``node.path`` gives it, from memory where it is there."""
    known: str | None = vars(construct).get(_PATH)
    return construct.to_string() if known is None else known


def _with_path(create: Callable[..., Any]) -> Callable[..., Any]:
    def creates(klass: Any, obj: Any, args: list[Any] | None = None) -> Any:
        reference = create(klass, obj, args)
        path = "" if klass.__jsii_type__ == _ROOT else _below(*(args or ())[:2])
        if path is not None:
            setattr(obj, _PATH, path)
        return reference

    return creates


def _below(scope: Any = None, id_: Any = None) -> str | None:
    """The path of ``id_`` below ``scope``; None where constructs would change the id, or the scope is not known."""
    above: str | None = getattr(scope, "__dict__", {}).get(_PATH)
    if above is None or not isinstance(id_, str) or not id_ or "/" in id_ or "${" in id_:
        return None
    return f"{above}/{id_}" if above else id_


def _each_token_once(get: Callable[..., Any]) -> Callable[..., Any]:
    def gets(obj: Any, name: str) -> Any:
        tokens = vars(obj).setdefault(_TOKENS, {})
        if name in tokens:
            return tokens[name]
        value = get(obj, name)
        # What was put in may be replaced later; a reference to a resource stays what it is.
        if isinstance(value, str) and _ONE_TOKEN.fullmatch(value) and not name.endswith("Input"):
            tokens[name] = value
        return value

    return gets


def _forgetting(set_: Callable[..., Any]) -> Callable[..., Any]:
    def sets(obj: Any, name: str, value: Any) -> Any:
        vars(obj).pop(_TOKENS, None)
        return set_(obj, name, value)

    return sets
