"""The whole examination, in order; one look that stumbles stops no other."""

from __future__ import annotations

from collections.abc import Iterator

from crawler.doctor import machine, network, schedule, settings, store, tools
from crawler.doctor.model import Check, Look, Patient
from crawler.errors import CrawlerError
from crawler.redaction import redact
from pipelines.errors import PipelineError
from storage.errors import StorageError

LOOKS: tuple[tuple[str, Look], ...] = (
    ("config-file", settings.config_file),
    ("secret-files", settings.secret_files),
    ("channels", settings.channels),
    ("environment", settings.environment),
    ("contact", settings.contact),
    ("site-files", settings.site_files),
    ("correction-files", settings.correction_files),
    ("state-folder", machine.state_folder),
    ("spool", machine.spool),
    ("archive-reach", store.archive),
    ("archive-disk", machine.archive_disk),
    ("clock", store.clock),
    ("time-zone", machine.time_zone),
    ("python", machine.python),
    ("packages", machine.packages),
    ("parser", tools.parser),
    ("libreoffice", tools.libreoffice),
    ("libarchive", tools.libarchive),
    ("ocr", tools.ocr),
    ("export", tools.export),
    ("pictures", tools.pictures),
    ("names", network.names),
    ("proxy", network.proxy),
    ("site", network.site),
    ("scheduler", schedule.scheduler),
)
"""What is looked at, and the code under which it is said if the look itself fails."""


def examine(patient: Patient) -> Iterator[Check]:
    """Every check, as soon as it is known; nothing secret is in any."""
    for code, look in LOOKS:
        try:
            for check in look(patient):
                yield Check(check.code, check.state, redact(check.what), redact(check.remedy))
        except (CrawlerError, PipelineError, StorageError) as error:
            yield Check(code, "failure", redact(str(error)))
        except Exception as error:  # an edge: a doctor that falls ill helps nobody
            what = f"could not be looked at: {type(error).__name__}: {error}"
            yield Check(code, "failure", redact(what), "That is a mistake of Gongkai's; please report it.")
