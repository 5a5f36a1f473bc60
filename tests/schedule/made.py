"""A made-up `gongkai`: writes down how it was called, and does as it is told by files in its folder."""

from __future__ import annotations

from pathlib import Path

FAKE = """
import sys, time, pathlib, signal
folder, verb, *words = pathlib.Path(sys.argv[1]), *sys.argv[2:]
site = words[0] if not words[0].startswith("-") else verb
if (folder / f"stubborn-{site}").exists():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
kept = [word for word, before in zip(words, ["", *words]) if "--unless-since" not in (word, before)]
with (folder / "crawls").open("a") as out:
    out.write(" ".join([verb, *kept]).removesuffix(" --archive archive") + "\\n")
print("crawling", site, flush=True)
leak = []
while (folder / f"hold-{site}").exists():
    time.sleep(0.01)
    if (folder / f"leak-{site}").exists() and len(leak) < 40:
        leak.append(b"x" * 2**24)
code = folder / f"exit-{site}"
sys.exit(int(code.read_text()) if code.exists() else 0)
"""


def made_up(folder: Path) -> None:
    """Writes it into the folder, as fake.py; its first word is the folder itself.

    `hold-SITE` there keeps it running, `stubborn-SITE` deaf to SIGTERM, `leak-SITE` makes it grow,
    `exit-SITE` holds its exit code; `crawls` gets a line for each call.
    """
    (folder / "fake.py").write_text(FAKE)
