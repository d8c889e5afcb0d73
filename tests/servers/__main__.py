"""Start one real registry by hand and print its URLs and credentials: `python -m tests.servers devpi`."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from pathlib import Path

from tests.servers.process import DidNotStart
from tests.servers.started import NAMES, Servers


def main() -> int:
    """Run the registry until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="tests.servers", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    name = parser.parse_args().name
    with tempfile.TemporaryDirectory(prefix="registry-") as folder:
        servers = Servers(Path(folder), Path(folder))
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: sys.exit(0))
        try:
            registry = servers.get(name)
            shown = {k: getattr(registry, k) for k in ("name", "url", "upload_url", "username", "password")}
            print(json.dumps({**shown, "log": str(registry.log)}, indent=1), flush=True)
            signal.pause()
        except DidNotStart as problem:
            print(f"tests.servers: {problem}", file=sys.stderr)
            return 1
        finally:
            servers.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
