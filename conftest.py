"""The front door: names the plugin, holds no logic."""

pytest_plugins = ["fixtures.plugin"]
