"""Tests of what `upheaval deploy` writes."""
