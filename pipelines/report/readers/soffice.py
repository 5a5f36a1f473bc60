"""Runs LibreOffice once and outlives nobody: a program of its own, started by `office`.

    python -I soffice.py SOFFICE FILTER EXTENSION SECONDS MEMORY < length of the body (8 bytes), body > DOCX

FILTER is LibreOffice's name of what it shall take the body for: left to itself it reads a damaged file as
plain text. MEMORY is in bytes.

Owns the processes: soffice forks, and killing what was started leaves soffice.bin running. So LibreOffice
gets a session of its own here, and all of it is killed when it has answered, when its time is up, when this
program is told to end, and when standard input ends: that is how it learns that whoever asked (a worker
that was killed for being slow, say) is no more. The temporary folder with profile, document and answer goes
in each case.

It must not import anything of the project: it starts before each conversion.
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.sax.saxutils import escape

NO_ANSWER, OUT_OF_TIME, ABANDONED = 3, 4, 5
"""Exit codes: LibreOffice gave no file; it took too long; nobody waits for it any more."""

_SETTINGS = (
    ("org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("org.openoffice.Office.Writer/Content/Update", "Link", "2"),
    ("org.openoffice.Inet/Settings", "ooInetProxyType", "2"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)
"""No macro runs, no link is followed, and what asks the network all the same meets a closed port."""


def main(soffice: str, filter_: str, extension: str, seconds: float, memory: int) -> int:
    """Converts standard input; gives the exit code."""
    for told in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(told, lambda *_: sys.exit(ABANDONED))
    stdin, deadline = sys.stdin.fileno(), time.monotonic() + seconds
    with tempfile.TemporaryDirectory(prefix="gongkai-office-") as name:
        folder = Path(name)
        source, answer = folder / f"in{extension}", folder / "out" / "in.docx"
        size = int.from_bytes(_read(stdin, 8), "big")
        source.write_bytes(_read(stdin, size))
        _write_profile(folder / "profile" / "user")
        _limit(memory, seconds)
        command = [
            soffice,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            *("--headless", "--invisible", "--norestore", "--nolockcheck", "--nodefault", "--nologo"),
            *("--nofirststartwizard", f"--infilter={filter_}"),
            *("--convert-to", "docx:MS Word 2007 XML", "--outdir", str(folder / "out"), str(source)),
        ]
        surroundings = {"PATH": os.environ.get("PATH", os.defpath), "HOME": name, "TMPDIR": name}
        quiet = {"LC_ALL": "C.UTF-8", "SAL_USE_VCLPLUGIN": "svp"}
        office = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=surroundings | quiet,
            cwd=name,
            start_new_session=True,
        )
        try:
            while office.poll() is None:
                if time.monotonic() > deadline:
                    return OUT_OF_TIME
                if select.select([stdin], [], [], 0.05)[0]:
                    return ABANDONED
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(office.pid, signal.SIGKILL)
            office.wait()
        if not answer.is_file():
            return NO_ANSWER
        sys.stdout.buffer.write(answer.read_bytes())
        return 0


def _read(stdin: int, size: int) -> bytes:
    out = bytearray()
    while len(out) < size:
        block = os.read(stdin, min(size - len(out), 1 << 20))
        if not block:
            raise EOFError("standard input ended before the body did")
        out += block
    return bytes(out)


def _limit(memory: int, seconds: float) -> None:
    """LibreOffice's own limits: the worker's, which this inherits, is too little address space for it."""
    most = resource.getrlimit(resource.RLIMIT_AS)[1]
    own = memory if most == resource.RLIM_INFINITY else min(memory, most)
    resource.setrlimit(resource.RLIMIT_AS, (own, most))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _write_profile(folder: Path) -> None:
    items = "".join(
        f'<item oor:path="/{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{escape(value)}</value></prop></item>"
        for path, name, value in _SETTINGS
    )
    folder.mkdir(parents=True)
    (folder / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{items}</oor:items>",
        encoding="utf-8",
    )


if __name__ == "__main__":
    _, program, form, ending, time_limit, space = sys.argv
    sys.exit(main(program, form, ending, float(time_limit), int(space)))
