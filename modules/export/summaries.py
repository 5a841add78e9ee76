"""The comments of a module: the first sentence of the docstring of the construct that makes a group of resources."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cdktf import TerraformElement, TerraformStack
from cdktf_fast_bindings.cached_references import path_of

from modules.core.grants import Role
from modules.export.exportable import ID
from modules.export.repetition import unmarked

_OURS = "modules."


@dataclass(frozen=True, slots=True)
class Group:
    """Resources that one construct makes.

    Attributes:
        path: path of the construct.
        comment: the name of the construct and what it is, in one sentence.
    """

    path: str
    comment: str


NO_GROUP = Group("", "")


def groups(stack: TerraformStack, synthesized: Mapping[str, Any], *, name: str) -> dict[str, Group]:
    """The group of each resource by address.

    A role belongs to the construct that makes it, because its own description says what it is for.

    Args:
        stack: the stack with the constructs.
        synthesized: the stack in Terraform JSON, with the path of each resource.
        name: name of the module, which is that of its main construct.
    """
    found = {
        path_of(item): Group(path_of(item), f"{_title(path_of(item), name)}: {_continued(summary(type(item)))}")
        for item in stack.node.find_all()
        if type(item).__module__.startswith(_OURS) and not isinstance(item, TerraformElement | Role)
    }
    return {
        f"{kind}.{unmarked(name)}": _nearest(body["//"]["metadata"]["path"], found)
        for kind, items in synthesized.get("resource", {}).items()
        for name, body in items.items()
    }


def summary(kind: type) -> str:
    """The first sentence of the docstring of ``kind`` as a comment.

    Example:
        >>> summary(Role)
        'An IAM role that starts without permissions; each grant adds an inline policy.'
    """
    first = inspect.getdoc(kind) or ""
    return re.sub(r"\s+", " ", first.partition("\n\n")[0]).replace("``", "`")


def _title(path: str, module: str) -> str:
    """The ids of the constructs as words: ``api-server/scaling`` becomes ``Api server scaling``."""
    words = unmarked(path.partition("/")[2]).split("/")
    text = " ".join(module if word == ID else word for word in words).replace("-", " ")
    return text[:1].upper() + text[1:]


def _continued(sentence: str) -> str:
    """``sentence`` after a colon."""
    return (
        sentence[:1].lower() + sentence[1:] if sentence.startswith(("A ", "An ", "The ", "One ", "Two ")) else sentence
    )


def _nearest(path: str, known: Mapping[str, Group]) -> Group:
    while "/" in path:
        path = path.rpartition("/")[0]
        if path in known:
            return known[path]
    return NO_GROUP
