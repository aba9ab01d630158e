"""What web servers, services and archives need to publish a build: generated, so that nothing is written twice."""
