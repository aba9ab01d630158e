"""YAML text to records with positions."""
