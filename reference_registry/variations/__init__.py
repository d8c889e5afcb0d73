"""One switch per legal oddity."""
