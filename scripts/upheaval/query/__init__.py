"""Example questions, their parameters, and answers in every format."""
