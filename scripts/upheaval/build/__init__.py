"""The files of a publication."""
