"""The text of ``status``: tables on standard output."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from environments.errors import printable

NONE = "-"


def show(found: dict[str, Any], console: Console) -> None:
    """Print what :func:`operations.status.status` returned."""
    asleep = ", asleep" if found["asleep"] else ""
    console.print(Text(f"{found['environment']}: account {found['account']}, {found['region']}{asleep}"))
    if not found["services"]:
        console.print("no services: the environment is not deployed completely, or partly destroyed")
    for rows in (_services(found), _stores(found), _queues(found), _notes(found)):
        console.print()
        console.print(_table(*rows))


def _table(titles: Sequence[str], rows: Iterator[Sequence[Any]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), show_header=any(titles))
    for title in titles:
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(NONE if cell is None else str(cell))) for cell in row))
    return table


def _services(found: dict[str, Any]) -> tuple[Sequence[str], Iterator[Sequence[Any]]]:
    rows = (
        (
            service["name"],
            f"{service['running']} of {service['desired']}",
            NONE if service["bounds"][0] is None else "{} to {}".format(*service["bounds"]),
            service["task_definition"],
            service["problem"] or "steady",
        )
        for service in found["services"]
    )
    return ("service", "running", "allowed", "task definition", "state"), rows


def _stores(found: dict[str, Any]) -> tuple[Sequence[str], Iterator[Sequence[Any]]]:
    def rows() -> Iterator[Sequence[Any]]:
        for name in ("database", "broker"):
            part = found[name]
            if part:
                yield name, part.get("problem") or ", ".join(str(value) for value in part.values() if value)
        migration = found["migration"]
        if migration and "problem" in migration:
            yield "migration", migration["problem"]
        elif migration:
            yield (
                "migration",
                f"Airflow {migration.get('airflow')}, schema {migration.get('to')}, {migration.get('at')}",
            )
        else:
            yield "migration", "none is recorded"

    return ("", ""), rows()


def _queues(found: dict[str, Any]) -> tuple[Sequence[str], Iterator[Sequence[Any]]]:
    queues = found["queues"]
    if isinstance(queues, dict):
        return ("", ""), iter([("queues", queues["problem"])])
    titles = ("worker group", "queues", "queued and running", "oldest queued")
    rows = ((row["group"], ", ".join(row["queues"]), _whole(row["tasks"]), _seconds(row)) for row in queues)
    if not any(row["team"] for row in queues):
        return titles, rows
    return (*titles, "team"), ((*cells, row["team"]) for cells, row in zip(rows, queues, strict=True))


def _whole(number: float | None) -> str:
    return "no recent value" if number is None else f"{number:.0f}"


def _seconds(row: dict[str, Any]) -> str:
    seconds = row["oldest_queued_seconds"]
    return NONE if seconds is None else f"{seconds:.0f} s"


def _notes(found: dict[str, Any]) -> tuple[Sequence[str], Iterator[Sequence[Any]]]:
    def rows() -> Iterator[Sequence[Any]]:
        yield from _airflow_tasks(found["airflow_tasks"])
        alarms = found["alarms"]
        yield "alarms", alarms["problem"] if isinstance(alarms, dict) else ", ".join(alarms) or "none active"
        for waiver in found["waivers"]:
            yield "waiver", f"{waiver['rule']} on {waiver['address']} ends on {waiver['expires']} ({waiver['owner']})"

    return ("", ""), rows()


def _airflow_tasks(part: dict[str, Any] | None) -> Iterator[Sequence[Any]]:
    """The row of the ECS executor, where the environment has it."""
    if part is None:
        return
    text = part.get("problem")
    if text is None:
        since = f", the oldest since {part['oldest_since']}" if part["oldest_since"] else ""
        text = f"{part['running']} running, {part['starting']} starting, at most {part['at_most']}{since}"
    yield "Airflow tasks on Fargate", text
