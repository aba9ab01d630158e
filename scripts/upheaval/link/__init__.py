"""Links to other datasets, such as Wikidata."""
