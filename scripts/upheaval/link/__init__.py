"""Links to other publications."""
