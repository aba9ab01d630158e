"""A SHACL engine."""
