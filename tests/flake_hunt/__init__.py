"""Looks for verdicts that change from run to run: `python -m tests.flake_hunt`."""
