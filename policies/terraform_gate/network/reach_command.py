"""`python -m terraform_gate.network.reach_command PATH...`: which endpoint can reach which, and why.

Without `--from` and `--to`: all possible connections, compared with the declared flows. With them: one connection,
explained rule by rule. An endpoint is a name of that list, `internet`, or a CIDR block.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from terraform_gate.configuration import Configuration
from terraform_gate.gate.printable import printable
from terraform_gate.gate.time_limit import TimeLimitError, add_time_limit, time_limit
from terraform_gate.network.addresses import addresses
from terraform_gate.network.model import Endpoint, Kind
from terraform_gate.network.reach import Reach, decide
from terraform_gate.network.reach_text import explanation, matrix
from terraform_gate.network.reading.flows import declared_flows, endpoint_of
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import service
from terraform_gate.output import write_output
from terraform_gate.reading.inputs import read

_ENDPOINT = "component, data store, internet, s3 or CIDR block"
_EXIT = {Reach.OPEN: 0, Reach.PARTLY: 1, Reach.CLOSED: 1, Reach.UNKNOWN: 2}


def main(arguments: Sequence[str]) -> int:
    """Print the possible connections, or explain one of them.

    Exit code 0: possible and declared flows are the same, or the connection is open; 1: they differ, or it is not open;
    2: unknown, or the input cannot be read.
    """
    options = _parser().parse_args(arguments)
    try:
        with time_limit(options.time_limit):
            return _answer(options)
    except TimeLimitError:
        reason = f"not answered within {options.time_limit:g} s. Fix: name fewer folders, or raise --time-limit"
        sys.stderr.write(printable(f"{', '.join(map(str, options.paths))}: {reason}") + "\n")
        return 2
    except ValueError as error:
        sys.stderr.write(printable(str(error)) + "\n")
        return 2


def _answer(options: argparse.Namespace) -> int:
    inputs = read(options.paths)
    configurations = [item for item in inputs.readable_configurations() if network_of(item).groups]
    for problem in inputs.problems:
        sys.stderr.write(printable(f"{problem.where}: {problem.reason}") + "\n")
    if inputs.problems or not configurations:
        sys.stderr.write("unknown: the input contains no security group\n" if not inputs.problems else "")
        return 2
    if options.source or options.destination:
        return max(_explain(options, configuration) for configuration in configurations)
    return max(_matrix(configuration) for configuration in configurations)


def _matrix(configuration: Configuration) -> int:
    text, code = matrix(configuration)
    names = ", ".join(stack.name for stack in configuration.stacks)
    return write_output(f"{names}\n{text}") or code


def _explain(options: argparse.Namespace, configuration: Configuration) -> int:
    network = network_of(configuration)
    source, destination = (_endpoint(configuration, name) for name in (options.source, options.destination))
    if options.port is None:
        raise ValueError("--port is missing. Fix: name the port of the destination")
    decision = decide(network, source, destination, service=service(options.protocol, options.port))
    return write_output(explanation(decision)) or _EXIT[decision.reach]


def _endpoint(configuration: Configuration, name: str | None) -> Endpoint:
    network = network_of(configuration)
    ends = {end.name: end for flow in declared_flows(configuration) for end in (flow.source, flow.destination)}
    known = f"endpoints are {', '.join(sorted({*ends, *network.endpoints}))}, or a CIDR block"
    if name is None:
        raise ValueError(f"--from and --to must be given together; {known}")
    endpoint = network.endpoints.get(name) or (endpoint_of(network, ends[name]) if name in ends else None)
    try:
        return endpoint or Endpoint(name=name, kind=Kind.ADDRESSES, addresses=addresses(name))
    except ValueError:
        raise ValueError(f"{name!r} is not an endpoint; {known}") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m terraform_gate.network.reach_command", description=main.__doc__)
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="Terraform JSON, a plan, or a folder")
    parser.add_argument("--from", dest="source", metavar="ENDPOINT", help=_ENDPOINT)
    parser.add_argument("--to", dest="destination", metavar="ENDPOINT", help=_ENDPOINT)
    parser.add_argument("--port", type=int, metavar="N", help="port of the destination (ICMP: type)")
    parser.add_argument(
        "--protocol", default="tcp", metavar="NAME", help="tcp (default), udp, icmp, icmpv6 or a number"
    )
    add_time_limit(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
