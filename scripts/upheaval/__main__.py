"""Run the `upheaval` command with `python -m upheaval`."""

from upheaval.cli.main import main

main(prog_name="upheaval")
