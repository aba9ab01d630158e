"""RDF terms, graphs, datatypes, writers and the guarded query engine; usable without the rest of the package."""
