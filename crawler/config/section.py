"""What every table of the configuration file has in common.

Each table's model stands with the code that reads it (`crawler/schedule/settings.py`, …) and is a `Section`.
Values are checked as strictly as JSON's: "4" is no number and 1 is no yes; lists become tuples where a
model says so, texts paths or dates. A validator that finds a value wrong raises ValueError with what is
wrong and what to write, in one sentence; the reader of the file adds file, table and key. Such a sentence
never repeats an address with a token in it, or a password.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo

FOLDER = "folder"
"""The key of the validation context under which the configuration file's own folder stands."""


class Section(BaseModel):
    """A table of the file; unknown keys are refused, and pydantic itself never prints a value."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


def from_the_file(path: Path, info: ValidationInfo) -> Path:
    """A path as the file means it: from the file's own folder, `~` being the user's."""
    if not str(path) or str(path) == ".":
        raise ValueError("should name a file or folder")
    folder = (info.context or {}).get(FOLDER)
    try:
        path = path.expanduser()
    except RuntimeError:
        raise ValueError(f"names the folder of a user who does not exist: {path.parts[0]}") from None
    return path if folder is None else folder / path


PlacePath = Annotated[Path, AfterValidator(from_the_file)]
"""A file or folder; relative ones are meant from the place of the configuration file."""
