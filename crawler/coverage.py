"""Coverage of the registry's sites: what `pipelines.coverage` needs to be told, from registry and settings.

This is where the clock is, and where the registry's corrections and the settings' deadlines meet the archive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.config import load
from crawler.errors import OutputError, SettingError
from crawler.sites import Site, find_site, load_sites
from pipelines.coverage.model import CHINA, Coverage
from pipelines.coverage.survey import survey
from storage.archive import Archive

if TYPE_CHECKING:
    from crawler.views.coverage_picture import Language

PROVINCE, CITY = 2, 4
"""Digits of a division code that places of one province, and of one city, share."""


def today_in_china() -> date:
    """The day that it is in China."""
    return datetime.now(CHINA).date()


def coverage_of(
    archive: Archive,
    key: str,
    today: date | None = None,
    years: tuple[int, int] | None = None,
    *,
    sites: Mapping[str, Site] | None = None,
    archived: Sequence[str] | None = None,
) -> Coverage:
    """The coverage of one site of the archive, with the registry's corrections and the settings' deadlines.

    A site that the archive has and the registry does not know is told without corrections. Who asks for many
    gives the registry's `sites` and the archive's, so that they are not looked up each time.

    Raises:
        UnknownSite: where neither archive nor registry have a site called so.
        StorageError: where the archive cannot be read.
    """
    sites = load_sites() if sites is None else sites
    archived = archive.sites() if archived is None else archived
    site = sites.get(key) if key in archived else find_site(key, sites)
    settings = load().coverage
    return survey(
        archive,
        key,
        site.bodies if site else {},
        settings.rules(),
        today or today_in_china(),
        place=site.name if site else "",
        years=years,
        elsewhere=neighbours(site, sites.values(), archived) if site else (),
        patience=settings.patience,
    )


def draw_all(
    found: Sequence[Coverage], file: Path, language: Language, span: tuple[int, int] | None
) -> Iterator[Path]:
    """Draws each site's picture, of several into a file with the site's key in its name; gives the files.

    Without a span of years the newest that fit are drawn.

    Raises:
        OutputError: where there is nothing to draw, or a picture cannot be made or written.
    """
    from crawler.views.coverage_picture import YEARS, draw

    drawable = [one for one in found if one.bodies]
    if not drawable:
        raise OutputError("there is nothing to draw: no body of these sites is known")
    standard = not load().coverage.deadlines
    for one in drawable:
        goal = file if len(found) == 1 else file.with_name(f"{file.stem}-{one.site}{file.suffix}")
        draw(one if span else one.newest(YEARS), goal, language, standard=standard)
        yield goal


def neighbours(site: Site, sites: Iterable[Site], archived: Sequence[str]) -> tuple[str, ...]:
    """Other archived sites that may hold reports of this site's bodies: of the same city, and those above."""
    if site.code is None:
        return ()
    mine = {site.code[:CITY], site.code[:CITY] + "00", site.code[:PROVINCE] + "0000"}
    return tuple(
        sorted(
            other.key
            for other in sites
            if other.key != site.key
            and other.key in archived
            and other.code is not None
            and (other.code in mine or other.code[:CITY] == site.code[:CITY])
        )
    )


def parse_span(text: str | None) -> tuple[int, int] | None:
    """The first and last report year of `2019-2024` or `2024`; None for all.

    Raises:
        SettingError: where it is neither.
    """
    if text is None:
        return None
    first, _, last = text.partition("-")
    try:
        span = int(first), int(last or first)
    except ValueError:
        span = (0, 0)
    if not 2008 <= span[0] <= span[1] <= 2100:
        raise SettingError(f"--years {text}: write two report years from 2008 on, as in 2019-2024, or one.")
    return span
