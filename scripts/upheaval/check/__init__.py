"""Validation results to faults at a line and column."""
