"""Links to other datasets."""
