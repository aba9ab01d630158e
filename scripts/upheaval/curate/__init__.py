"""What changes records for a curator."""
