"""Random damage of every sort to an archive with every kind of object.

`python -m tests.pipelines.random_damage ROUNDS [SEED]`, with TMPDIR=/dev/shm in a quarter of the time.
Each round damages one to twelve objects of a sound archive and verifies it: what is named must be what was
damaged, and nothing else. Some rounds are in CI (test_verify.py).
"""

from __future__ import annotations

import json
import logging
import random
import shutil
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from pipelines.judging import fault_of_published, year_before
from pipelines.report.read import PARSER_VERSION
from pipelines.verify import Derived
from storage.audit import audit_record, put_audit
from storage.catalogue import Catalogue
from storage.keys import ARCHIVE_KEY, parse_key, raw_key
from storage.store import Store
from storage.verify import Scope, Verification
from tests.pipelines.folding import SITE, Desk, document
from tests.storage.verifying import fill, flipped

SORTS = ("flip", "cut", "empty", "gone", "swap", "add", "digit", "longer", "block")


def sound(folder: Path) -> Desk:
    """Published reports of one site, captures of another, two audits."""
    desk = Desk(folder)
    names = ("北京市西城区虚构局", "北京市西城区示例局")
    desk.crawl(
        *(
            (f"/{number}-{year}.html", document(name, year, received=number + 3, carried=(number, number)))
            for number, name in enumerate(names)
            for year in (2022, 2023, 2024)
        )
    )
    desk.crawl(("/0-2024.html", document(names[0], 2024, received=9)), ("/letter.html", b"no document"))
    desk.publish()
    with desk.open() as archive:
        fill(archive, ("beixian",))
    for _ in range(2):
        assert not named(desk, audit=True)
    return desk


def named(desk: Desk, *, audit: bool = False) -> dict[str, str]:
    """Key -> code of all that a verification calls damaged."""
    with desk.open() as archive:
        catalogue = Catalogue(desk.folder / "state" / "fixity.sqlite", None)
        try:
            done = Verification(archive.store, catalogue, Scope(), datetime.now(UTC), lambda *_: None)
            done.run()
            Derived(done, archive, desk.reader, desk.corrections).verify()
            if audit:
                put_audit(done, audit_record(done, [], "tests"))
            return {one.key: one.code for one in catalogue.findings() if one.level == "damage"}
        finally:
            catalogue.close()


def damage(store: Store, rng: random.Random) -> tuple[dict[str, str], set[str]]:
    """Key -> sort of all that was damaged; and of those what no verification can know."""
    keys = sorted(key for key in store.list() if key != ARCHIVE_KEY)
    before = {key: store.get(key) for key in keys}
    done: dict[str, str] = {}
    for key in rng.sample(keys, rng.randint(1, 12)):
        if key in done:
            continue
        sort, data = rng.choice(SORTS), before[key]
        if sort == "swap":
            other = rng.choice([one for one in keys if one not in done and before[one] != data])
            store.replace(key, before[other])
            store.replace(other, data)
            done |= {key: sort, other: sort}
        elif sort == "add":
            added = rng.choice([f"{key[:60]}x{rng.randrange(10**6)}", f"raw/ab/{rng.randbytes(31).hex()}ab"])
            store.put(added, data)
            done[added] = sort
        elif sort == "gone":
            store.remove(key)
            done[key] = sort
        else:
            changed = _changed(data, sort, rng)
            if changed != data:
                store.replace(key, changed)
                done[key] = sort
    return done, set(_beyond_knowing(store, before, done))


def _changed(data: bytes, sort: str, rng: random.Random) -> bytes:
    if sort == "cut":
        return data[: rng.randrange(len(data))]
    if sort == "empty":
        return b""
    if sort == "longer":
        return data + rng.choice([b"\n", b"0", data])
    if sort == "block":  # a page that the disk gives back as zeros
        at = rng.randrange(len(data))
        return data[:at] + bytes(len(data[at : at + 512])) + data[at + 512 :]
    digits = [at for at, byte in enumerate(data) if chr(byte) in "123456"]
    if sort == "digit" and digits:
        at = rng.choice(digits)
        return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    return flipped(data, rng.randrange(8 * len(data)))


def _beyond_knowing(store: Store, before: dict[str, bytes], done: dict[str, str]) -> set[str]:
    """What is gone, or a report still, where what it is made of is damaged, too: a site's journal; or a body
    of it, or of the report of the year before, together with that body's reading."""
    derived = {key for key in done if key.startswith(("reports/", "parses/")) and key in before}
    gone = {key for key in derived if done[key] == "gone"}
    reports = {key for key in derived if key.startswith("reports/")}
    still = {key for key in reports - gone if fault_of_published(key, store.get(key)) is None}
    if any(key.startswith(f"captures/{SITE}/") for key in done):
        return gone | still

    def lost(key: str) -> bool:
        made_of = json.loads(before[key])["sources"] if key in before else []
        digests = [str(source["sha256"]) for source in made_of]
        return any({raw_key(one), parse_key(PARSER_VERSION, one)} <= done.keys() for one in digests)

    return {key for key in reports & (gone | still) if lost(key) or lost(year_before(key))}


def rounds(count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Does so many; how often each sort was done, and what went wrong."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="damage-") as name:
        desk, kept = sound(Path(name) / "now"), Path(name) / "kept"
        shutil.copytree(desk.folder, kept)
        for number in range(seed, seed + count):
            shutil.rmtree(desk.folder)
            shutil.copytree(kept, desk.folder)
            with desk.open() as archive:
                done, beyond = damage(archive.store, random.Random(number))
            found = named(desk)
            counts.update(done.values())
            for key in done.keys() - beyond - found.keys():
                wrong.append(f"{number}: {done[key]} of {key} was not found")
            for key in found.keys() - done.keys():
                wrong.append(f"{number}: {key} was called {found[key]} and is sound")
    return counts, wrong


def main() -> int:
    """Says how it went."""
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    logging.disable()
    counts, wrong = rounds(count, seed)
    said = ", ".join(f"{number} {sort}" for sort, number in sorted(counts.items()))
    print(f"{count} archives, {counts.total()} objects damaged ({said}); {len(wrong)} wrong")
    print("\n".join(wrong))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
