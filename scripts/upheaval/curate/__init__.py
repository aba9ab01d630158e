"""Create and change records on behalf of a curator."""
