"""Build the files of a publication."""
