"""Records to statements, and what rules derive from them."""
