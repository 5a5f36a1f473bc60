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


def small_districts(count: int) -> list[type[District]]:
    """So many tiny districts of all families in turn: three HTML reports of one year each, no look-alikes.

    Hosts are `www.xugou-n001.gov.cn` and so on; the same `count` gives the same districts.
    """
    bases = all_districts()
    return [
        type(
            f"Small{number:03d}",
            (bases[number % len(bases)],),
            {
                "place": f"虚构{number}号县",
                "host": f"www.xugou-n{number:03d}.gov.cn",
                "code": f"{bases[number % len(bases)].code[:2]}{9000 + number}0001",
                "parent_host": "",
                "front_host": "",
                "scheme": "http",
                "years": (2024,),
                "offices": 2,
                "towns": 0,
                "pdf_share": 0,
                "decoys": False,
                "absences": False,
            },
        )
        for number in range(1, count + 1)
    ]
