"""`python -m upheaval` is the command `upheaval`."""

from upheaval.cli.main import main

main(prog_name="upheaval")
