"""Benchmarks: `python3 -m bench` sets itself up and shows all of them as a table, `python3 -m bench NAME [--json]` one."""

import argparse
import importlib
import inspect
import json
import logging
import sys

from broadcaster import bootstrap

NAMES = ("plan", "prepare", "fanout", "ingest", "alert", "repairs", "serial", "tui")
COLUMNS = ("value", "unit", "baseline", "ratio", "goal", "met")


def main() -> int:
    """Exit status 0 if every goal that was measured is met, else 1."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure against a baseline of the same run."
    )
    parser.add_argument("name", nargs="?", choices=NAMES, help="one benchmark; all of them without a name")
    parser.add_argument("--json", action="store_true", help="everything that was measured, as JSON")
    parser.add_argument("--full", action="store_true", help="all of what takes long, where there is more")
    asked = parser.parse_args()
    bootstrap.enter()
    logging.basicConfig(level=logging.ERROR)
    results = {name: measured(name, full=asked.full) for name in ([asked.name] if asked.name else NAMES)}
    if asked.json:
        print(json.dumps(results[asked.name] if asked.name else results, ensure_ascii=False, indent=1))
    else:
        print(table(results))
    return 0 if all(result.get("met") is not False for result in results.values()) else 1


def measured(name: str, *, full: bool = False) -> dict[str, object]:
    """What `bench.<name>` measures."""
    module = importlib.import_module(f"bench.{name}")
    with_full = full and "full" in inspect.signature(module.run).parameters
    return dict(module.run(full=True) if with_full else module.run())


def table(results: dict[str, dict[str, object]]) -> str:
    """One line per benchmark, then what else it measured."""
    lines = [f"{'':10}" + "".join(f"{column:>12}" for column in COLUMNS)]
    for name, result in results.items():
        lines.append(f"{name:10}" + "".join(f"{_cell(result.get(column)):>12}" for column in COLUMNS))
        lines.append(f"{'':10}  {result['name']}")
        rest = {key: value for key, value in result.items() if key not in (*COLUMNS, "name")}
        if rest:
            lines.append(f"{'':10}  " + ", ".join(f"{key} {value}" for key, value in rest.items()))
    return "\n".join(lines)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return "-" if value is None else str(value)


if __name__ == "__main__":
    sys.exit(main())
