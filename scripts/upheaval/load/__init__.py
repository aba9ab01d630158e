"""Putting a build into a triple store and proving that it arrived."""
