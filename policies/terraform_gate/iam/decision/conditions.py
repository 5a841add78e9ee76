"""The conditions of a statement: operators, set operators, ``IfExists`` and ``Null``.

Sources:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import Enum

from terraform_gate.iam.decision.context import UNKNOWN, Context
from terraform_gate.iam.decision.operators import NEGATED, POSITIVE, test_of
from terraform_gate.iam.decision.truth import Truth, all_of, any_of, negated
from terraform_gate.iam.documents import MalformedError

Condition = Callable[[Context], Truth]


class _Quantifier(Enum):
    NONE = ""
    ANY = "foranyvalue:"
    ALL = "forallvalues:"


def compile_conditions(
    conditions: Mapping[str, Mapping[str, tuple[str, ...]]], *, has_variables: bool
) -> Iterator[Condition]:
    """Compile the ``Condition`` element: every condition that it yields must hold.

    Args:
        conditions: Operator -> condition key in lower case -> values.
        has_variables: Whether the version of the policy has policy variables.

    Raises:
        MalformedError: An operator does not exist.
    """
    for operator, by_key in conditions.items():
        for key, values in by_key.items():
            yield _compile(operator, key.lower(), values, has_variables=has_variables)


def _compile(operator: str, key: str, values: tuple[str, ...], *, has_variables: bool) -> Condition:
    name = operator.lower()
    if name == "null":
        return _null(key, values)
    quantifier = next(item for item in reversed(_Quantifier) if name.startswith(item.value))
    name = name.removeprefix(quantifier.value)
    optional, name = name.endswith("ifexists"), name.removesuffix("ifexists")
    is_negated, name = name in NEGATED, NEGATED.get(name, name)
    if name not in POSITIVE:
        raise MalformedError(f"the condition operator {operator} does not exist")
    tests = [test_of(name, value, has_variables=has_variables) for value in values]

    def of_one(actual: str, context: Context) -> Truth:
        found = any_of(test(actual, context) for test in tests)
        return negated(found) if is_negated else found

    def holds(context: Context) -> Truth:
        actual = context.get(key)
        if actual is UNKNOWN:
            return None
        if actual is None:
            return optional or quantifier is _Quantifier.ALL or (is_negated and quantifier is _Quantifier.NONE)
        if quantifier is _Quantifier.ANY or (quantifier is _Quantifier.NONE and not is_negated):
            return any_of(of_one(value, context) for value in actual)
        return all_of(of_one(value, context) for value in actual)

    return holds


def _null(key: str, values: tuple[str, ...]) -> Condition:
    wanted = {value.lower() == "true" for value in values}

    def holds(context: Context) -> Truth:
        actual = context.get(key)
        return None if actual is UNKNOWN else (actual is None) in wanted

    return holds
