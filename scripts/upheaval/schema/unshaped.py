"""Properties that an ontology declares and no shape takes: they are no keys, and records that use them are told why."""

import re

from upheaval.rdf.graphs import nodes
from upheaval.rdf.namespaces import OWL, RDF
from upheaval.schema.contract import Contract, local
from upheaval.schema.publication import Publication
from upheaval.schema.vocabulary import Vocabulary

_KINDS = (OWL.ObjectProperty, OWL.DatatypeProperty, RDF.Property)


def unshaped_properties(publication: Publication, vocabulary: Vocabulary, contract: Contract) -> dict[str, str]:
    """Find the properties that are declared and have no property shape.

    Args:
        publication: whose records are read.
        vocabulary: its ontology and shapes.
        contract: the keys that follow from them.

    Returns:
        How to make a key of each, by its local name. What rules conclude is left out: records do not state it.

    """
    keys = {key.iri for kind in contract.kinds.values() for key in kind.keys.values()}
    concluded = {word for text in vocabulary.rules.values() for word in re.findall(r"[^\W_][\w.-]*", text)}
    declared = {str(prop) for kind in _KINDS for prop in nodes(set(vocabulary.graph.subjects(RDF.type, kind)))}
    found = {local(iri): iri for iri in sorted(declared - keys) if local(iri) not in concluded}
    file = _file(publication)
    return {
        name: f"the ontology declares <{iri}>, and no shape gives it to the class: add a property shape with "
        f"`sh:path <{iri}>` in {file}"
        for name, iri in found.items()
    }


def _file(publication: Publication) -> str:
    """Return the file of the publication's own shapes, or one that it may have."""
    own = publication.root / "shapes"
    names = [path.relative_to(own).as_posix() for path in publication.files("shapes", "*.ttl") if own in path.parents]
    return f"shapes/{names[0] if len(names) == 1 else '*.ttl' if names else f'{publication.name}.ttl'}"
