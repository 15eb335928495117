"""Screens: each asks the desk in a worker, shows what it saw, and hands in what its person orders."""
