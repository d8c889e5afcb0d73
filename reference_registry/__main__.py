"""`python -m reference_registry`."""

import sys

from reference_registry.cli import main

if __name__ == "__main__":
    sys.exit(main())
