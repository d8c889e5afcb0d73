"""Real registries for the suite's own tests: started on free ports of 127.0.0.1 with temporary data.

    with devpi(folder) as server:
        registry = server.index("dev")      # registry.url, registry.upload_url, registry.username ...

In tests take the fixtures of `tests.servers.fixtures`; by hand: `python -m tests.servers devpi`.
"""
