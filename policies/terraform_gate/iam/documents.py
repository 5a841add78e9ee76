"""Reads IAM policy documents as statements, from JSON, data or `aws_iam_policy_document`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.iam.statement import Statement
from terraform_gate.reading.expression import is_known
from terraform_gate.reading.json_document import document
from terraform_gate.terraform_resource import Resource, blocks, items

_MOST_LEVELS, _MOST_STATEMENTS = 20, 10_000


class UnknownDocumentError(Exception):
    """A document whose statements are not known before the apply; the message says why."""


class MalformedError(Exception):
    """A document that AWS would reject; the message says why."""


def statements_in(value: Any, configuration: Configuration) -> tuple[Statement, ...]:
    """Read the statements of a policy.

    Args:
        value: JSON text, data, or a reference to `data.aws_iam_policy_document`.
        configuration: the configuration in which references are resolved.

    Raises:
        NotJudgeableError: the document is not known before the apply.
        MalformedError: it is not a policy document.
    """
    source = configuration.find(value)
    if source is not None and source.type == "aws_iam_policy_document":
        found = tuple(islice(_from_data_source(source, configuration, ()), _MOST_STATEMENTS + 1))
        if len(found) > _MOST_STATEMENTS:
            raise UnknownDocumentError(f"the document has more than {_MOST_STATEMENTS} statements")
        return found
    parsed = document(value)
    if parsed is None:
        if isinstance(value, str) and not is_known(value) and not value.lstrip().startswith("{"):
            raise UnknownDocumentError(f"the document is not known before the apply: {value}")
        raise MalformedError("the document is not JSON")
    return parsed_statements(parsed)


def parsed_statements(parsed: Any) -> tuple[Statement, ...]:
    """Read the statements of a policy document that is data.

    Raises:
        UnknownDocumentError: a statement is not known before the apply.
        MalformedError: it is not a policy document.
    """
    if not isinstance(parsed, Mapping):
        raise MalformedError(f"a policy document must be an object, got {type(parsed).__name__}")
    if "Statement" not in parsed:
        raise MalformedError("the document has no Statement")
    return tuple(_statement(entry) for entry in items(parsed["Statement"]))


def _statement(entry: Any) -> Statement:
    if not isinstance(entry, Mapping):
        if isinstance(entry, str) and not is_known(entry):
            raise UnknownDocumentError(f"a statement is not known before the apply: {entry}")
        raise MalformedError(f"a statement must be an object, got {type(entry).__name__}")
    if entry.get("Effect") not in ("Allow", "Deny"):
        raise MalformedError(f"Effect must be Allow or Deny, got {entry.get('Effect')!r}")
    if not {"Action", "NotAction"} & set(entry):
        raise MalformedError("a statement has neither Action nor NotAction")
    return Statement(
        effect=entry["Effect"],
        actions=_texts(entry.get("Action")),
        not_actions=_texts(entry.get("NotAction")),
        resources=_texts(entry.get("Resource")),
        not_resources=_texts(entry.get("NotResource")),
        principals=_principals(entry.get("Principal")),
        not_principals=_principals(entry.get("NotPrincipal")),
        conditions=_conditions(entry.get("Condition")),
        sid=str(entry.get("Sid") or ""),
    )


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(item) for item in items(value))


def _principals(value: Any) -> Mapping[str, tuple[str, ...]]:
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return {str(kind): _texts(listed) for kind, listed in value.items()}
    return {"*": _texts(value)}


def _conditions(value: Any) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(by_key, Mapping) for by_key in value.values()):
        raise MalformedError("Condition must be an object of operators, each an object of condition keys")
    return {
        str(operator): {str(key).lower(): _texts(listed) for key, listed in by_key.items()}
        for operator, by_key in value.items()
    }


def _from_data_source(source: Resource, configuration: Configuration, users: tuple[str, ...]) -> Iterator[Statement]:
    """Read a data source and the documents that it includes; ``users`` are the data sources that include it."""
    if source.key in users:
        raise MalformedError(f"the document includes itself: {' -> '.join((*users, source.key))}")
    users = (*users, source.key)
    if len(users) > _MOST_LEVELS:
        raise UnknownDocumentError(f"the document includes others in more than {_MOST_LEVELS} levels")
    for name in ("source_policy_documents", "override_policy_documents", "source_json", "override_json"):
        for other in dict.fromkeys(source.values(name)):
            included = configuration.find(other)
            if included is not None and included.type == "aws_iam_policy_document":
                yield from _from_data_source(included, configuration, users)
            else:
                yield from statements_in(other, configuration)
    for block in source.blocks("statement"):
        yield _from_block(block)


def _from_block(block: Mapping[str, Any]) -> Statement:
    conditions: dict[str, dict[str, tuple[str, ...]]] = {}
    for item in blocks(block, "condition"):
        conditions.setdefault(str(item.get("test")), {})[str(item.get("variable")).lower()] = _texts(item.get("values"))
    return Statement(
        effect=str(block.get("effect") or "Allow"),
        actions=_texts(block.get("actions")),
        not_actions=_texts(block.get("not_actions")),
        resources=_texts(block.get("resources")),
        not_resources=_texts(block.get("not_resources")),
        principals=_block_principals(block, "principals"),
        not_principals=_block_principals(block, "not_principals"),
        conditions=conditions,
        sid=str(block.get("sid") or ""),
    )


def _block_principals(block: Mapping[str, Any], name: str) -> Mapping[str, tuple[str, ...]]:
    return {str(item.get("type")): _texts(item.get("identifiers")) for item in blocks(block, name)}
