"""Translates patterns of AWS's models (Java or ECMAScript syntax) into Python's ``re``."""

from __future__ import annotations

import re
import sys
import unicodedata
import warnings
from functools import cache

# The services match the whole value: IAM declares [\w+=,.@-]+ for a role name and rejects "a b".
SURROGATES = re.compile(r"\\u[dD]([89abAB][0-9a-fA-F]{2})\\u[dD]([c-fC-F][0-9a-fA-F]{2})")
ESCAPE = re.compile(r"\\(?:[pP]\{\^?(\w+)\}|[pP]([LMNPSZC])|.)", re.DOTALL)
CLASS_AND_HYPHEN = re.compile(r"\\(?:[wdsWDS]|[pP]\{\^?\w+\}|[pP][LMNPSZC])-(?!\])")
POSIX = {
    "Alnum": "a-zA-Z0-9",
    "Alpha": "a-zA-Z",
    "ASCII": "\\x00-\\x7f",
    "Cntrl": "\\x00-\\x1f\\x7f",
    "Digit": "0-9",
    "Graph": "!-~",
    "Lower": "a-z",
    "Print": " -~",
    "Punct": "!-/:-@\\[-`{-~",
    "Space": " \\t-\\r",
    "Upper": "A-Z",
    "XDigit": "0-9a-fA-F",
}
TRANSLATED = {"z": r"\Z", "/": "/", "h": "[ \t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000]"}


class UndecidablePattern(ValueError):
    """A pattern that Python's ``re`` cannot express."""


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    r"""Return ``pattern`` as a Python pattern, to be used with ``fullmatch``.

    Raises:
        UndecidablePattern: The pattern uses syntax that ``re`` does not have, for instance the intersection of classes.

    >>> bool(compiled(r"[\p{L}\p{N}_.:/=+@-]*").fullmatch("Größe 1"))
    False
    """
    joined = SURROGATES.sub(_code_point, pattern)
    try:
        with warnings.catch_warnings():
            # "Possible set intersection" and the like: Python reads the characters literally, Java does not.
            warnings.simplefilter("error", FutureWarning)
            return re.compile(_translate(joined), re.ASCII)
    except (re.error, FutureWarning, OverflowError, RecursionError) as error:
        raise UndecidablePattern(f"{pattern}: {error}") from None


def _code_point(match: re.Match[str]) -> str:
    """Return the escape of the code point that two escaped surrogates make."""
    high, low = int("d" + match[1], 16), int("d" + match[2], 16)
    return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"


def _translate(pattern: str) -> str:
    result, position, in_class = "", 0, False
    while position < len(pattern):
        character = pattern[position]
        if match := ESCAPE.match(pattern, position):
            result += _escape(match, in_class=in_class)
            position = match.end()
            if in_class and CLASS_AND_HYPHEN.match(pattern, match.start()):
                result, position = result + r"\-", position + 1  # Java: a range cannot start with a class
            continue
        if character == "[" and not in_class:
            in_class, result = True, result + "["
            start = position + (2 if pattern.startswith("[^", position) else 1)
            result += pattern[position + 1 : start]
            position = start
            continue
        in_class = in_class and character != "]"
        named_group = not in_class and re.match(r"\(\?<(?![=!])", pattern[position:])
        result += "(?P<" if named_group else character
        position += len("(?<") if named_group else 1
    return result


def _escape(match: re.Match[str], *, in_class: bool) -> str:
    text = match[0]
    name = match[1] or match[2]
    if not name:
        return TRANSLATED.get(text[1], text) if not in_class or text[1] != "h" else TRANSLATED["h"][1:-1]
    negative = text[1] == "P" or "{^" in text
    if negative and in_class:
        raise UndecidablePattern(f"{text} in a class")
    characters = POSIX.get(name) or _ranges(name.removeprefix("Is"))
    return characters if in_class else f"[{'^' if negative else ''}{characters}]"


@cache
def _ranges(category: str) -> str:
    """Return the characters of a Unicode category (``L``, ``Lu``) as the inside of a class."""
    runs: list[list[int]] = []
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code)).startswith(category):
            if runs and runs[-1][1] == code - 1:
                runs[-1][1] = code
            else:
                runs.append([code, code])
    if not runs:
        raise UndecidablePattern(f"\\p{{{category}}}: unknown category")
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in runs)
