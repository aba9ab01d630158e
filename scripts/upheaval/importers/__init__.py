"""Other people's datasets as records of the vocabulary: each is a declaration in `datasets/`, run by DuckDB or Spark."""
