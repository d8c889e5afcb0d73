"""The reference registry on https, with a certificate of an authority that only the run knows."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import trustme

from tests.reference import reference


@contextmanager
def on_https(switches: Sequence[str]) -> Iterator[list[str]]:
    """Run it with these switches for the length of the block, and give the options that name it to the suite."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    with tempfile.TemporaryDirectory() as directory:
        key, chain, trusted = (Path(directory) / name for name in ("key", "chain", "ca"))
        certificate.private_key_pem.write_to_path(str(key))
        chain.write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
        authority.cert_pem.write_to_path(str(trusted))
        words = ["--tls-cert", str(chain), "--tls-key", str(key)]
        words += [word for name in switches for word in ("--switch", name)]
        with reference(*words) as running:
            yield [*running.options, "--registry-ca-bundle", str(trusted)]
