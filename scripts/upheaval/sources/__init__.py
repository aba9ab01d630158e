"""Strict YAML: parse record files into mappings that know their positions."""
