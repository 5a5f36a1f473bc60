"""The file to begin with: every key as a comment, with its default and what it is for."""

from __future__ import annotations

from pathlib import Path

from crawler.errors import ConfigError

STARTER = Path(__file__).with_name("starter.toml")


def write_starter(path: Path) -> Path:
    """Writes it; gives its absolute path.

    Raises:
        ConfigError: where something is there already, or it cannot be written.
    """
    path = path.absolute()
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(STARTER.read_text(encoding="utf-8"))
    except FileExistsError:
        raise ConfigError(
            f"{path}: there is one already, and it stays. Name another with --config."
        ) from None
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be written: {error.strerror}. Name another with --config."
        ) from None
    return path
