"""Run the measurements: all of them, or those named: ``python -m bench intake idle``."""

from __future__ import annotations

import importlib
import os
import platform
import subprocess
import sys

NAMES = ("intake", "idle", "watch", "portal", "preview", "phone", "viewer", "seal")


def main() -> None:
    """Print the machine, then a table for each measurement."""
    wanted = sys.argv[1:] or NAMES
    unknown = [name for name in wanted if name not in NAMES]
    if unknown:
        sys.exit(f"No measurement named {', '.join(unknown)}; there are {', '.join(NAMES)}.")
    git = subprocess.run(["git", "version"], check=True, capture_output=True, text=True).stdout
    print(
        f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, {git.strip()}\n"
    )
    for name in wanted:
        print(importlib.import_module(f"bench.{name}").main(), flush=True)


if __name__ == "__main__":
    main()
