"""`python -m arrayforge`: the same as the command `arrayforge`."""

import sys

from .cli import main

sys.exit(main())
