"""The `upheaval` command: one module per subcommand, which no other package imports."""
