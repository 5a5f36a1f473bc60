"""Which key of the configuration file stands for which environment variable."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """A value that the file can hold and the environment, too."""

    key: str
    """Its place in the file: `archive`, `s3.endpoint`."""
    variables: tuple[str, ...]
    """The variable that it is put into, then those that say the same: where one of them is set, it wins."""
    default: str
    """What holds where nobody says anything; a phrase in brackets is no value."""

    @property
    def variable(self) -> str:
        """The variable that it is put into."""
        return self.variables[0]


SETTINGS = (
    Setting("archive", ("GONGKAI_ARCHIVE",), "./archive"),
    Setting("state", ("GONGKAI_STATE",), "(the user's state folder)"),
    Setting("contact", ("GONGKAI_CONTACT",), "(none)"),
    Setting("site_files", ("GONGKAI_SITES",), "(none)"),
    Setting("correction_files", ("GONGKAI_CORRECTIONS",), "(none)"),
    Setting("spool_limit", ("GONGKAI_SPOOL_LIMIT",), "10 GiB"),
    Setting("log", ("GONGKAI_LOG",), "text"),
    Setting("metrics_folder", ("GONGKAI_METRICS_FOLDER",), "(none)"),
    Setting("s3.endpoint", ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"), "(AWS)"),
    Setting("s3.region", ("AWS_DEFAULT_REGION",), "(none)"),
    Setting("s3.profile", ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"), "(default)"),
    Setting("s3.encryption", ("GONGKAI_S3_ENCRYPTION",), "(the bucket's)"),
    Setting("s3.storage_class", ("GONGKAI_S3_STORAGE_CLASS",), "(the bucket's)"),
    Setting("s3.lock", ("GONGKAI_S3_LOCK",), "(none)"),
    Setting("proxy.http", ("http_proxy", "HTTP_PROXY"), "(none)"),
    Setting("proxy.https", ("https_proxy", "HTTPS_PROXY"), "(none)"),
    Setting("proxy.none", ("no_proxy", "NO_PROXY"), "(none)"),
)
"""In the order of the documents; docs/configuration.md has them all, and a test compares."""
