"""Turn records into statements and derive further ones by rules."""
