"""devpi-server with passwords that are cheap to check.

devpi checks the password anew for each upload, and does so while it holds the only write transaction: with the usual costs of argon2
that is most of a run's time, and says nothing about the registry's promises.
"""

from __future__ import annotations

from devpi_server import auth
from devpi_server.main import main

auth.pwd_context.update(argon2__rounds=1, argon2__memory_cost=64, argon2__parallelism=1)

if __name__ == "__main__":
    main()  # type: ignore[no-untyped-call]
