"""A small conforming package registry: the Simple repository API and the legacy upload API in executable form.

The package stands alone. It imports nothing from the rest of the project, and the checks know it only by its URL.
"""
