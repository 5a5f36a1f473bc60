"""What the real S3 servers of the tests have in common: where they are and how an AWS client finds them."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config


class S3Server(ABC):
    """A server on the loopback, plain and with TLS; its files are in `folder`."""

    access_key = ""
    secret_key = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = ""
        self.tls_url = ""
        self.ca_file = folder / "replica-ca.pem"
        self.certificate = folder / "localhost.pem"
        """With its key."""
        self._bucket = "gongkai-tests"
        self._process: subprocess.Popen[bytes] | None = None

    def environment(self, *, tls: bool = False) -> dict[str, str]:
        """The variables by which any AWS client finds it, and nothing of the machine's own configuration."""
        variables = {
            "AWS_ENDPOINT_URL_S3": self.tls_url if tls else self.url,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "no_proxy": "127.0.0.1,localhost",
        }
        return variables | ({"AWS_CA_BUNDLE": str(self.ca_file)} if tls else {})

    def new_place(self) -> str:
        """The address of a place that nobody else uses, in the one bucket that there is."""
        return f"s3://{self._bucket}/{uuid.uuid4().hex[:12]}/archive"

    def locked_place(self) -> str:
        """The same in a bucket of its own whose objects can be locked."""
        bucket = f"locked-{uuid.uuid4().hex[:12]}"
        self._make_bucket(bucket, ObjectLockEnabledForBucket=True)
        return f"s3://{bucket}/archive"

    @abstractmethod
    def stop(self) -> None:
        """End it."""

    def _run(self, command: Sequence[str | Path], log: str) -> None:
        """Start a process that prints its ports, JSON with "plain" and "tls", when it is ready.

        Raises RuntimeError with the end of its log where it ends before.
        """
        path = self.folder / log
        with path.open("ab") as errors:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
            )
        assert self._process.stdout is not None
        ready = self._process.stdout.readline()
        if not ready:
            self.stop()
            raise RuntimeError(f"{command[0]} did not start; {path} ends:\n{path.read_text()[-3000:]}")
        ports = json.loads(ready)
        self.url = f"http://127.0.0.1:{ports['plain']}"
        self.tls_url = f"https://localhost:{ports['tls']}"

    def _make_bucket(self, bucket: str = "", **options: Any) -> None:
        client = boto3.client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            region_name="us-east-1",
            config=Config(proxies={}),
        )
        client.create_bucket(Bucket=bucket or self._bucket, **options)
        client.close()
