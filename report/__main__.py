"""``python -m report ENV``: one HTML page about an environment."""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Sequence
from pathlib import Path

from terraform_gate.files import write_atomically
from terraform_gate.gate.printable import printable

from report.changes.markdown import markdown
from report.comparison import compare
from report.contents import Contents, contents_of
from report.cost.estimate import estimate
from report.cost.prices import FOLDER as PRICES
from report.cost.prices import price_list
from report.cost.profile import ASSUMED, read_profile
from report.errors import ReportError
from report.page.render import page
from report.source import ENVIRONMENTS, ROOT, STACKS, Named, read_source


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the report.

    Returns:
        0 when it was written, 2 when the input cannot be reported; then nothing is written.
    """
    options = _parser().parse_args(arguments)
    try:
        written = _report(options)
    except ReportError as error:
        sys.stderr.write(printable(f"{error}\n"))
        return 2
    except OSError as error:
        sys.stderr.write(printable(f"{error.filename}: {error.strerror}. Fix: name a file in a writable folder\n"))
        return 2
    sys.stdout.write("\n".join(written) + "\n")
    return 0


def _report(options: argparse.Namespace) -> list[str]:
    names = [options.environment, *([options.against] if options.against else [])]
    contents = [_contents(name, options, is_first=index == 0) for index, name in enumerate(names)]
    text = page(contents, compare(*contents) if len(contents) == 2 else None)
    name = "-".join(item.source.environment.name for item in contents)
    out = options.out or ROOT / ".build" / "report" / f"{name}.html"
    write_atomically(out, text)
    lines = [f"report: {_shown(out)} ({len(text) // 1024} KiB; open it in a browser)"]
    if options.markdown:
        first = contents[0]
        costs = cost_line(first) + (_cost_change(first, options) if options.before else "")
        write_atomically(options.markdown, markdown(names[0], first.changes or (), first.rejected, costs))
        lines.append(f"pull request comment: {_shown(options.markdown)}")
    with_plan = f"make report ENV={names[0]} PLAN=STACK=plan.json, which adds what a plan changes"
    return [*lines, f"Next: make deploy ENV={names[0]}" if contents[0].changes else f"Next: {with_plan}"]


def _contents(name: str, options: argparse.Namespace, *, is_first: bool) -> Contents:
    source = read_source(
        name,
        environments=options.environments,
        stacks=options.stacks,
        plans=options.plan if is_first else (),
        states=options.state if is_first else (),
    )
    return contents_of(
        source,
        prices=price_list(source.environment.region, folder=options.prices),
        profile=read_profile(options.profile) if options.profile else ASSUMED,
        today=datetime.datetime.now(datetime.UTC).date(),
        with_gate=options.gate,
        with_variants=options.variants,
    )


def cost_line(contents: Contents) -> str:
    """The monthly cost in one sentence."""
    cost = contents.cost
    if not cost.prices.date:
        return f"Monthly cost: not known, there is no price file for {cost.prices.region}."
    missing = f" and {len(cost.unknown)} quantities without a known price" if cost.unknown else ""
    return f"Monthly cost: about {cost.total:,.0f} USD{missing} (prices of {cost.prices.region}, {cost.prices.date})."


def _cost_change(contents: Contents, options: argparse.Namespace) -> str:
    """The difference to the cost of the version before, as a sentence after a space; an environment may be new."""
    name = contents.source.environment.name
    if not (options.before / "environments" / f"{name}.yaml").exists():
        return " The environment is new."
    before = read_source(
        name, environments=options.before / "environments", stacks=options.before / "cdktf.out" / "stacks"
    )
    old = estimate(before.configuration, before.environment, prices=contents.cost.prices, profile=contents.cost.profile)
    change = round(contents.cost.total) - round(old.total)
    if not change:
        return " The cost does not change."
    return f" That is {abs(change):,.0f} USD {'more' if change > 0 else 'less'} than before."


def _shown(file: Path) -> str:
    resolved = file.resolve()
    return str(resolved.relative_to(Path.cwd()) if resolved.is_relative_to(Path.cwd()) else resolved)


def _named(given: str) -> Named:
    stack, separator, file = given.partition("=")
    return (stack, Path(file)) if separator else ("", Path(given))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m report",
        description="Write one HTML page about an environment. Exit 0: written; 2: the input is invalid, and nothing "
        "is written.",
    )
    parser.add_argument("environment", metavar="ENV", help="name of an environment")
    parser.add_argument("--against", metavar="ENV", help="a second environment, side by side")
    parser.add_argument(
        "--plan",
        action="append",
        default=[],
        type=_named,
        metavar="[STACK=]FILE",
        help="plan, made with terraform show -json PLANFILE; repeatable",
    )
    parser.add_argument(
        "--state",
        action="append",
        default=[],
        type=_named,
        metavar="[STACK=]FILE",
        help="state, made with terraform show -json; repeatable",
    )
    parser.add_argument("--profile", type=Path, metavar="FILE", help="measured usage as JSON (docs/report.md)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: .build/report/ENV.html")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="also write a comment for a pull request")
    parser.add_argument(
        "--before",
        type=Path,
        metavar="FOLDER",
        help="synthesized checkout of the previous version; adds the difference in cost to the comment",
    )
    parser.add_argument("--environments", type=Path, default=ENVIRONMENTS, help=argparse.SUPPRESS)
    parser.add_argument("--stacks", type=Path, default=STACKS, help=argparse.SUPPRESS)
    parser.add_argument("--prices", type=Path, default=PRICES, help="folder of price files, one for each region")
    parser.add_argument("--no-gate", dest="gate", action="store_false", help="leave the policy gate out")
    parser.add_argument(
        "--no-variants", dest="variants", action="store_false", help="leave out the cost of typical changes"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
