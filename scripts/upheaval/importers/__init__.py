"""Other people's datasets as records: each is a declaration in `datasets/`, run by DuckDB or Spark."""
