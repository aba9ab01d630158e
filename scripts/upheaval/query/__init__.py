"""Run example questions and SPARQL queries, and write answers in several formats."""
