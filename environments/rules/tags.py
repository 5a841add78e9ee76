"""Tags that every service of AWS accepts.

Services differ; the rules are those of the strictest, IAM, whose roles carry all tags:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from environments.errors import Problem
from environments.facts.naming import ENVIRONMENT_TAG
from environments.facts.quotas import TAG_KEY_CHARACTERS, TAG_VALUE_CHARACTERS, TAGS
from environments.model import Environment
from environments.rules.registry import rule

OWN_TAGS = ("Name", "ManagedBy", ENVIRONMENT_TAG, "airflow-fargate:tier", "airflow-fargate:place")
"""Keys of the tags that this project sets; a resource has at most one of the last two."""
MOST_TAGS = TAGS.limit - (len(OWN_TAGS) - 1)
SYMBOLS = "_.:/=+-@"


@rule("tags")
def tags_are_allowed(environment: Environment) -> Iterator[Problem]:
    """AWS accepts the number, length and characters of the tags."""
    tags = environment.tags
    if len(tags) > MOST_TAGS:
        yield Problem(
            "tags",
            f"must have at most {MOST_TAGS} tags (AWS allows {TAGS.limit}, and this project sets the others), got "
            f"{len(tags)}. Fix: remove {len(tags) - MOST_TAGS}",
        )
    for key, value in tags.items():
        for problem in _problems(key, value):
            yield Problem(f"tags.{key}", problem)


def _problems(key: str, value: str) -> Iterator[str]:
    if not 1 <= len(key) <= TAG_KEY_CHARACTERS.limit or len(value) > TAG_VALUE_CHARACTERS.limit:
        yield (
            f"a tag key has 1 to {TAG_KEY_CHARACTERS.limit} characters and a tag value at most "
            f"{TAG_VALUE_CHARACTERS.limit}, got {len(key)} and {len(value)}. Fix: shorten it"
        )
    if key.lower().startswith("aws:") or value.lower().startswith("aws:"):
        yield "AWS reserves tag keys and values that begin with 'aws:'. Fix: rename it"
    if key != key.strip() or value != value.strip():
        yield "must not begin or end with a space, which some services remove. Fix: remove it"
    wrong = next((char for char in key + value if not _is_allowed(char)), None)
    if wrong:
        yield f"a tag consists of letters, digits, spaces and {' '.join(SYMBOLS)}, got {wrong!r}. Fix: remove {wrong!r}"


def _is_allowed(char: str) -> bool:
    return char in SYMBOLS or char == " " or unicodedata.category(char)[0] in "LN"


@rule("tags")
def tag_keys_are_distinct(environment: Environment) -> Iterator[Problem]:
    """IAM ignores the case of tag keys, so `Team` and `team` are one key, and `managedby` is a key of this project."""
    first = {key.lower(): (key, " of this project") for key in OWN_TAGS}
    for key in environment.tags:
        other, whose = first.setdefault(key.lower(), (key, ""))
        if other != key or whose:
            yield Problem(
                f"tags.{key}", f"is the same key as {other!r}{whose}: IAM ignores case. Fix: rename or remove it"
            )
