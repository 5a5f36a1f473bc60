"""The played CMS families, one module for each; `Replica()` plays none of them unless told."""

from __future__ import annotations

import importlib
import pkgutil

from tests.replica.district import District


def all_districts() -> list[type[District]]:
    """Every district (a subclass with a host) in this package, by module name."""
    found: list[type[District]] = []
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{__name__}.{info.name}")
        found += [
            value
            for value in vars(module).values()
            if isinstance(value, type)
            and issubclass(value, District)
            and value.host
            and value.__module__ == module.__name__
        ]
    return found
