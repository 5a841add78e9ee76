"""The ARNs of the resources of a request.

The reference gives the types of each action; the names are parameters of the request. A new resource has no id
yet: its ARN has ``*`` in the place of the id, as AWS evaluates it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

from terraform_harness.emulator.iam import names
from terraform_harness.emulator.iam.actions import prefix_of
from terraform_harness.emulator.iam.definitions import PLACEHOLDER, ResourceType, resource_types
from terraform_harness.emulator.iam.special_resources import SPECIAL
from terraform_harness.emulator.validation.requests import Call

ANY = "*"
_NEW = re.compile(r"^(Allocate|Copy|Create|Import|Put|Register|Request|Restore|Run|Start)")


def resources_of(call: Call, action: str) -> tuple[list[str], bool]:
    """Return the ARNs of an action's resources, and whether the reference and the request give them."""
    prefix = prefix_of(call)
    types = resource_types(prefix, action)
    if types is None:
        return [ANY], False
    if not types:
        return [ANY], True
    special = SPECIAL.get((prefix, action)) or SPECIAL.get((prefix, ANY))
    if special and (found := special(call)):
        return found, True
    return _found(call, prefix, types)


def _found(call: Call, prefix: str, types: tuple[ResourceType, ...]) -> tuple[list[str], bool]:
    named: dict[str, list[str]] = {}
    for arn in _arns(call.parameters):
        for type_ in types:
            if type_.matches(arn):
                named.setdefault(_group(type_), []).append(arn)
                break
    for type_ in types:
        if _group(type_) not in named and (filled := _filled(call, prefix, type_)):
            named[_group(type_)] = filled
    wanted = [item for item in types if item.required and _group(item) not in named]
    new = [item for item in wanted if _is_new(call.operation, item)]
    for type_ in new if named else wanted:
        named.setdefault(_group(type_), []).append(_with_stars(call, prefix, type_))
    arns = [arn for found in named.values() for arn in found]
    is_listing = call.operation.startswith(("Describe", "List", "Get", "Batch"))
    return arns or [ANY], bool(arns) or is_listing or not wanted


def _group(type_: ResourceType) -> str:
    """Return the kind of a type: a listener belongs to one of ``listener/app`` and ``listener/net``."""
    return type_.name.split("/")[0]


def _is_new(operation: str, type_: ResourceType) -> bool:
    return bool(_NEW.match(operation)) and _group(type_).replace("-", "").lower() in operation.lower()


def _arns(parameters: Mapping[str, object]) -> Iterator[str]:
    """Yield the ARNs among the parameters and in their lists."""
    for value in parameters.values():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str) and item.startswith("arn:"):
                yield item


def _filled(call: Call, prefix: str, type_: ResourceType) -> list[str]:
    """Return the ARNs of a type whose names are all in the request."""
    values = [names.values(call, prefix, name) for name in type_.placeholders]
    if not values or not all(values):
        return []
    return [_arn(call, type_, dict(zip(type_.placeholders, item, strict=True))) for item in itertools.product(*values)]


def _with_stars(call: Call, prefix: str, type_: ResourceType) -> str:
    known = {name: (names.values(call, prefix, name) or [ANY])[0] for name in type_.placeholders}
    return _arn(call, type_, known)


def _arn(call: Call, type_: ResourceType, known: Mapping[str, str]) -> str:
    own = {"Partition": "aws", "Region": call.region, "Account": call.account, **known}
    return PLACEHOLDER.sub(lambda found: own[found[1]], type_.template)
