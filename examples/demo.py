"""Real programs on arrayforge, compared with NumPy: the same as `arrayforge demo`."""

import sys

from arrayforge.demo import main

sys.exit(main())
