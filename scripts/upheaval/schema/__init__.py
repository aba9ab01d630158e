"""Publication, vocabulary and shapes to the contract for records, and what derives from it."""
