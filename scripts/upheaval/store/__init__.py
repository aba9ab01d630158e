"""Finished builds, identified by their content."""
