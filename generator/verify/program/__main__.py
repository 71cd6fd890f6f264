"""Entry of `python -m smoke`."""

import sys

from .cli import main

sys.exit(main())
