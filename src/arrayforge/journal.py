"""What is chosen, loaded and moved, through the standard logger "arrayforge".

Importing logging takes longer than the rest of the package, so that nothing here does: a program
that has not imported it cannot be listening. ARRAYFORGE_LOG=debug listens from the start.
"""

from __future__ import annotations

import os
import sys

LEVELS = ("debug", "info", "warning", "error")


def debug(message: str, *values: object) -> None:
    """A detail, such as a load with its time."""
    logging = sys.modules.get("logging")
    if logging is not None:
        logging.getLogger("arrayforge").debug(message, *values)


def info(message: str, *values: object) -> None:
    """A decision, such as the backend in force and what chose it."""
    logging = sys.modules.get("logging")
    if logging is not None:
        logging.getLogger("arrayforge").info(message, *values)


def apply_environment() -> None:
    """Under ARRAYFORGE_LOG=debug (or info, ...), messages go to standard error.

    Where the program has handlers of its own at the root, those get them instead.

    Raises:
        ValueError: the value is no level.
    """
    wanted = os.environ.get("ARRAYFORGE_LOG", "").strip().lower()
    if not wanted:
        return
    if wanted not in LEVELS:
        raise ValueError(f"ARRAYFORGE_LOG: expected one of {', '.join(LEVELS)}, got {wanted!r}")
    import logging

    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s: %(message)s"))
    handler.addFilter(lambda record: not logging.getLogger().handlers)
    logger = logging.getLogger("arrayforge")
    logger.addHandler(handler)
    logger.setLevel(wanted.upper())
