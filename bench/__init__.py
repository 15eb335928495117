"""Benchmarks: `python3 -m bench` runs all and prints a table, each against a baseline measured in the same run."""
