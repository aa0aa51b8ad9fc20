"""A backend whose arrays never change: setitem returns a new one."""

import importlib.util
from pathlib import Path

import numpy as np

_path = Path(__file__).with_name("mutable.py")
_spec = importlib.util.spec_from_file_location("arrayforge_test_mutable", _path)
mutable = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(mutable)


class Immutable(mutable.Mutable):
    name = "immutable"

    def devices(self):
        return ["immutable"]

    def describe(self, raw):
        return raw.dtype.name, raw.shape, "immutable"

    def getitem(self, raw, key):
        return np.array(raw[key])

    def setitem(self, raw, key, value):
        new = np.array(raw)
        new[key] = value
        new.flags.writeable = False
        return new


BACKEND = Immutable()
