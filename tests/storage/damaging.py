"""Ways to damage what storage knows: one small broken archive for each finding code, through its store."""

from __future__ import annotations

import json
from collections.abc import Callable

from storage.journal import json_document
from storage.keys import ARCHIVE_KEY, capture_key, digest, place, quarantine_key, raw_key, run_key
from storage.local import LocalStore
from storage.store import Store
from tests.storage.verifying import flipped

Damage = Callable[[Store], set[tuple[str, str]]]
"""Damages a store; says what is to be found."""


def first(store: Store, kind: str, number: int = 0) -> str:
    return sorted(store.list(f"{kind}/"))[number]


def swap(store: Store, one: str, other: str) -> None:
    ours, theirs = store.get(one), store.get(other)
    store.replace(one, theirs)
    store.replace(other, ours)


def damaged(kind: str, code: str, number: int = 0) -> Damage:
    def damage(store: Store) -> set[tuple[str, str]]:
        key = first(store, kind, number)
        store.replace(key, flipped(store.get(key)))
        return {(code, key)}

    return damage


def missing(kind: str, code: str, number: int = 0) -> Damage:
    def damage(store: Store) -> set[tuple[str, str]]:
        key = first(store, kind, number)
        store.remove(key)
        return {(code, key)}

    return damage


def missing_before(kind: str, code: str) -> Damage:
    """One that a later one names; of two made in one second the keys do not say which is later."""

    def damage(store: Store) -> set[tuple[str, str]]:
        keys = list(store.list(f"{kind}/"))
        named = {name for key in keys for name in json.loads(store.get(key))["previous"]}
        key = next(key for key in keys if key[-69:-5] in named)
        store.remove(key)
        return {(code, key)}

    return damage


def swapped(kind: str, code: str) -> Damage:
    def damage(store: Store) -> set[tuple[str, str]]:
        keys = first(store, kind), first(store, kind, -1)
        swap(store, *keys)
        return {(code, key) for key in keys}

    return damage


def truncated(store: Store) -> set[tuple[str, str]]:
    key = first(store, "raw")
    store.replace(key, store.get(key)[:-1])
    return {("body-truncated", key)}


def foreign(store: Store) -> set[tuple[str, str]]:
    keys = ["notes.txt", "raw/zz/notes", f"raw/00/{'f' * 64}", "captures/xuxian/2026/02/x.jsonl"]
    keys += ["captures/Foo/2026/02/x.jsonl", "runs/xuxian/x.json", "reports/xuxian/2025/x.json", "CON"]
    for key in keys:
        store.put(key, b"1")
    return {("foreign", key) for key in keys}


def misfiled_segment(store: Store) -> set[tuple[str, str]]:
    key = first(store, "captures")
    where = place(key)
    assert where is not None
    data = store.get(key).replace(b'"site":"beixian"', b'"site":"xuxian"')
    other = capture_key("beixian", str(where.run), 9, digest(data))
    nonsense = capture_key("beixian", str(where.run), 10, digest(b"words\n"))
    store.put(other, data)
    store.put(nonsense, b"words\n")
    return {("segment-misfiled", other), ("segment-misfiled", nonsense)}


def misfiled_run(store: Store) -> set[tuple[str, str]]:
    key = first(store, "runs")
    other = run_key("xuxian", str(getattr(place(key), "run", "")), key[-69:-5])
    store.put(other, store.get(key))
    return {("run-misfiled", other)}


def miscounting_run(store: Store) -> set[tuple[str, str]]:
    record = json.loads(store.get(first(store, "runs", -1)))
    data = json_document(record | {"captures": 7, "previous": []})
    key = run_key("xuxian", record["run"], digest(data))
    store.put(key, data)
    return {("run-miscounts", key)}


def identity_gone(store: Store) -> set[tuple[str, str]]:
    store.remove(ARCHIVE_KEY)
    return {("identity-damaged", ARCHIVE_KEY)}


def identity_changed(store: Store) -> set[tuple[str, str]]:
    described = json.loads(store.get(ARCHIVE_KEY)) | {"identity": "another"}
    store.replace(ARCHIVE_KEY, json_document(described))
    return {("identity-damaged", ARCHIVE_KEY)}


def unreadable(store: Store) -> set[tuple[str, str]]:
    """The file system lists the name and refuses the file: here a link to itself."""
    assert isinstance(store, LocalStore)
    key = first(store, "raw", 4)
    store.remove(key)
    (store.folder / key).symlink_to(store.folder / key)
    return {("unreadable", key)}


def body_unreferenced(store: Store) -> set[tuple[str, str]]:
    key = raw_key(digest(b"of a run under way"))
    store.put(key, b"of a run under way")
    return {("body-unreferenced", key)}


def segment_uncommitted(store: Store) -> set[tuple[str, str]]:
    key = first(store, "captures")
    where = place(key)
    assert where is not None
    data = store.get(key)
    other = capture_key(str(where.site), str(where.run), 9, digest(data))
    store.put(other, data)
    return {("segment-uncommitted", other)}


def quarantine_changed(store: Store) -> set[tuple[str, str]]:
    key = quarantine_key(digest(b"damaged"))
    store.put(key, b"changed")
    return {("quarantine-damaged", key)}


DAMAGES: dict[str, Damage] = {
    "body-damaged": damaged("raw", "body-damaged"),
    "body-missing": missing("raw", "body-missing"),
    "body-swapped": swapped("raw", "body-swapped"),
    "body-truncated": truncated,
    "segment-damaged": damaged("captures", "segment-damaged"),
    "segment-missing": missing("captures", "segment-missing", 3),
    "segment-swapped": swapped("captures", "segment-swapped"),
    "segment-misfiled": misfiled_segment,
    "run-damaged": damaged("runs", "run-damaged"),
    "run-missing": missing("runs", "run-missing", 2),
    "run-missing in between": missing("runs", "run-missing", 1),
    "run-swapped": swapped("runs", "run-swapped"),
    "run-misfiled": misfiled_run,
    "run-miscounts": miscounting_run,
    "audit-damaged": damaged("audits", "audit-damaged"),
    "audit-missing": missing_before("audits", "audit-missing"),
    "audit-swapped": swapped("audits", "audit-swapped"),
    "alert-damaged": damaged("alerts", "alert-damaged"),
    "alert-missing": missing_before("alerts", "alert-missing"),
    "alert-swapped": swapped("alerts", "alert-swapped"),
    "identity-damaged": identity_gone,
    "identity-damaged: another": identity_changed,
    "quarantine-damaged": quarantine_changed,
    "foreign": foreign,
    "unreadable": unreadable,
}

NOTICES: dict[str, Damage] = {
    "body-unreferenced": body_unreferenced,
    "segment-uncommitted": segment_uncommitted,
}
"""What is no damage."""
