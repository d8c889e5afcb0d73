"""The gallery in docs/gallery: what the suite says of the registries that its tests can start."""
