"""Serve a build over HTTP: a SPARQL endpoint, linked data, dumps and a reconciliation service, all read-only."""
