"""Things named by their content: builds."""
