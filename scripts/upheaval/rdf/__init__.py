"""RDF: terms, graphs, datatypes, writers and the guarded query engine; of use without the rest of the package."""
