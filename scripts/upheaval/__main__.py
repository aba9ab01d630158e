"""`python -m upheaval` is the command `upheaval`."""

from upheaval.cli import main

main(prog_name="upheaval")
