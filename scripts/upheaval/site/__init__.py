"""Render a publication as static web pages that work from any web server, from a subfolder, and offline."""
