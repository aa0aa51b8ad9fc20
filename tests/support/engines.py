"""Which engines the tests run on: the miniatures always, installed backends where they are asked
for by ARRAYFORGE_TEST_BACKENDS, such as "torch,numpy"."""

import os

MINIATURES = ("mutable", "immutable", "wrapping", "dependent")
INSTALLED = tuple(os.environ.get("ARRAYFORGE_TEST_BACKENDS", "").replace(",", " ").split())
ENGINES = (*MINIATURES, *INSTALLED)
