"""One switch per real-world fault, a module per area."""
