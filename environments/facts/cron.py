"""Validation of five cron fields, and their translation for EventBridge Scheduler."""

from __future__ import annotations

import re
from dataclasses import dataclass

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


@dataclass(frozen=True)
class Field:
    """One of the five fields. Bounds are inclusive; a name means its index in ``names`` plus ``low``."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()

    def problem(self, text: str) -> str | None:
        """The problem with ``text``; None when it is valid."""
        for part in text.split(","):
            match = re.fullmatch(r"(\*|([A-Za-z0-9]{1,3})(?:-([A-Za-z0-9]{1,3}))?)(?:/([0-9]{1,4}))?", part)
            if match is None:
                return f"{self.name} {text!r} is not a cron field"
            if match[4] is not None and not 1 <= int(match[4]) <= self.high:
                return f"the step of {self.name} must be 1 to {self.high}, got {match[4]}"
            values = [self._value(word) for word in (match[2], match[3]) if word]
            if any(value is None for value in values):
                return f"{self.name} must be {self.low} to {self.high}{self._or_names()}, got {part!r}"
            if len(values) == 2 and (values[0] or 0) > (values[1] or 0):
                return f"{self.name} range must not be descending, got {part!r}"
        return None

    def values(self, text: str) -> set[int]:
        """The numbers that a valid ``text`` selects: ``1-5/2`` is 1, 3 and 5."""
        found: set[int] = set()
        for part in text.split(","):
            span, _, step = part.partition("/")
            first, _, last = span.partition("-")
            low = self.low if first == "*" else self._value(first) or 0
            high = (self._value(last) if last else None) or (self.high if first == "*" or step else low)
            found.update(range(low, high + 1, int(step or 1)))
        return found

    def _value(self, word: str) -> int | None:
        if word.upper() in self.names:
            return self.names.index(word.upper()) + self.low
        return int(word) if word.isdigit() and self.low <= int(word) <= self.high else None

    def _or_names(self) -> str:
        return f" or {self.names[0]} to {self.names[-1]}" if self.names else ""


FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of month", 1, 31),
    Field("month", 1, 12, MONTHS),
    Field("day of week", 0, 7, DAYS),
)


def problem_in(cron: str) -> str | None:
    """The problem with the five fields of ``cron``; None when EventBridge accepts them."""
    texts = cron.split()
    if len(texts) != len(FIELDS):
        return f"must have five fields (minute hour day-of-month month day-of-week), got {len(texts)}"
    for field, text in zip(FIELDS, texts, strict=True):
        problem = field.problem(text)
        if problem:
            return problem
    if not _occurs(texts[2], texts[3]):
        return "never occurs: none of these months has that day"
    if texts[2] != "*" and texts[4] != "*":
        return "EventBridge does not allow both day of month and day of week: one must be *"
    return None


def _occurs(days: str, months: str) -> bool:
    """Tell whether one of ``months`` has one of ``days``, 29 February included."""
    return min(FIELDS[2].values(days)) <= max(LONGEST_MONTHS[month - 1] for month in FIELDS[3].values(months))


def eventbridge(cron: str) -> str:
    """``cron`` as a schedule expression: ``0 20 * * 1-5`` is ``cron(0 20 ? * MON-FRI *)``.

    Raises:
        ValueError: when :func:`problem_in` finds a problem.
    """
    problem = problem_in(cron)
    if problem:
        raise ValueError(problem)
    minute, hour, day, month, weekday = cron.upper().split()
    if weekday == "*":
        return f"cron({minute} {hour} {day} {month} ? *)"
    return f"cron({minute} {hour} ? {month} {_weekdays(weekday)} *)"


def _weekdays(field: str) -> str:
    """Days as names, because cron counts from Sunday 0 (and 7) and EventBridge from Sunday 1."""
    return ",".join(_weekday_part(part) for part in field.split(","))


def _weekday_part(part: str) -> str:
    days, _, step = part.partition("/")
    numbers = _day_numbers(days)
    if step:
        numbers = numbers[:: int(step)]
    return ",".join(DAYS[number % 7] for number in numbers) if step or len(numbers) < 3 else _span(numbers)


def _span(numbers: list[int]) -> str:
    if numbers[-1] == 7:  # a range that ends with Sunday: EventBridge's weeks begin with Sunday
        return ",".join(DAYS[number % 7] for number in numbers)
    return f"{DAYS[numbers[0]]}-{DAYS[numbers[-1]]}"


def _day_numbers(days: str) -> list[int]:
    if days == "*":
        return list(range(7))
    first, _, last = days.partition("-")
    start = _day_number(first)
    return list(range(start, _day_number(last) + 1)) if last else [start]


def _day_number(word: str) -> int:
    return DAYS.index(word) if word in DAYS else int(word)
