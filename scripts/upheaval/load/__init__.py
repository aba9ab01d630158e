"""Load a build into a triple store and verify that it arrived."""
