"""One namespace for arrays, any engine under it: the Python array API standard, version 2025.12.

The pytest plugin in this wheel makes pytest rewrite the assertions of all modules in it, and warn
where it comes too late. Here are none: PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

from . import _core, choice, configuration
from . import fft as fft
from . import layout as layout
from . import linalg as linalg
from . import memory as memory
from ._core import *  # noqa: F403
from .choice import set_backend as set_backend
from .choice import use_backend as use_backend
from .configuration import checked as checked
from .configuration import show_config as show_config
from .configuration import strict as strict
from .configuration import threads as threads
from .inspection import __array_namespace_info__ as __array_namespace_info__
from .registry import devices as devices
from .registry import synchronize as synchronize
from .transfer import move_to as move_to
from .transfer import no_transfers as no_transfers
from .transfer import transfers as transfers

__version__ = "0.1.0"
__array_api_version__ = "2025.12"
__all__ = [*_core.__all__, "__array_api_version__", "__array_namespace_info__", "fft", "linalg"]

configuration.apply_environment(choice.apply_environment)
configuration.hide_extensions(globals())
