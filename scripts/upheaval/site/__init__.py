"""The web pages of a publication: a static folder that works from any web server, from a subfolder, and offline."""
