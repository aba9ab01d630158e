"""The selection of records that the Explore page, its files and the server share: one definition of what is counted."""
