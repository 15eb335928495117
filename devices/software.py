"""The software: its name and version, as heartbeats and `--version` say them."""

VERSION = "0.1.0"
SOFTWARE = f"broadcaster {VERSION}"
