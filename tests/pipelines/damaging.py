"""Ways to damage what is derived: one small broken archive for each finding code of readings and reports."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from pipelines.report.read import PARSER_VERSION
from storage.journal import json_document
from storage.keys import digest, parse_key, report_key
from storage.seal import sealed, unsealed
from storage.store import Store
from tests.pipelines.folding import SITE
from tests.storage.damaging import swap


def a_report(store: Store, number: int = 0) -> str:
    return sorted(store.list(f"reports/{SITE}/"))[number]


def edited(store: Store, key: str, **fields: Any) -> str:
    store.replace(key, json_document(json.loads(store.get(key)) | fields))
    return key


def a_reading(store: Store, received: int) -> str:
    """The reading of a body that says so many requests were received."""
    wanted = [key for key in store.list("parses/") if f'"total": {received}\n'.encode() in store.get(key)]
    return sorted(wanted)[0]


def sealed_again(store: Store, key: str, reading: dict[str, Any]) -> None:
    """Put another reading there as whoever knows how they are sealed would."""
    store.replace(key, sealed(key, reading))


def said_otherwise(store: Store, key: str) -> dict[str, Any]:
    """What a reading says, with one more request received."""
    reading, _ = unsealed(key, store.get(key))
    reading["documents"][0]["requests"]["received"]["total"] += 3
    return reading


def report_damaged(store: Store) -> set[tuple[str, str]]:
    keys = [a_report(store, number) for number in range(3)]
    store.replace(keys[0], store.get(keys[0])[:-9])
    edited(store, keys[1], schema="gongkai.report/0")
    store.replace(keys[2], b"")
    return {("report-damaged", key) for key in keys}


def reports_swapped(store: Store) -> set[tuple[str, str]]:
    keys = a_report(store), a_report(store, 3)
    swap(store, *keys)
    return {("report-damaged", key) for key in keys}


def report_differs(store: Store) -> set[tuple[str, str]]:
    key = a_report(store)
    store.replace(key, store.get(key).replace(b'"total": 4', b'"total": 8', 1))
    return {("report-differs", key), ("report-differs", edited(store, a_report(store, 2), parser="plain 9"))}


def report_names_no_body(store: Store) -> set[tuple[str, str]]:
    key = a_report(store, 1)
    report = json.loads(store.get(key))
    report["sources"][0]["sha256"] = ")" + report["sources"][0]["sha256"][1:]
    return {("report-differs", edited(store, key, sources=report["sources"]))}


def report_missing(store: Store) -> set[tuple[str, str]]:
    key = a_report(store, 2)
    store.remove(key)
    return {("report-missing", key)}


def report_unfounded(store: Store) -> set[tuple[str, str]]:
    name = "北京市西城区没有的局"
    key = report_key(SITE, 2024, name)
    sources = [{"sha256": "0" * 64, "url": None, "captured": None, "media_type": "text/html"}]
    report = json.loads(store.get(a_report(store))) | {"organization": name, "year": 2024, "sources": sources}
    store.put(key, json_document(report))
    other = report_key("beixian", 2024, name)
    store.put(other, json_document(report))
    return {("report-unfounded", key), ("report-unfounded", other)}


def reading_damaged(store: Store) -> set[tuple[str, str]]:
    keys = sorted(store.list("parses/"))
    store.replace(keys[0], b"{}\n")
    store.replace(keys[1], store.get(keys[1])[:-1])
    store.replace(keys[2], store.get(keys[2])[: len(store.get(keys[2])) // 2])
    return {("reading-damaged", key) for key in keys[:3]}


def readings_changed(store: Store) -> set[tuple[str, str]]:
    """One digit each, those of a body in no report among them: as good JSON as it was."""
    keys = sorted(store.list("parses/"))
    for key in keys:
        store.replace(key, store.get(key).replace(b'"total": ', b'"total": 1', 1))
    return {("reading-damaged", key) for key in keys}


def readings_swapped(store: Store) -> set[tuple[str, str]]:
    keys = a_reading(store, 3), a_reading(store, 4)
    swap(store, *keys)
    return {("reading-damaged", key) for key in keys}


def reading_differs(store: Store) -> set[tuple[str, str]]:
    key = a_reading(store, 4)
    sealed_again(store, key, said_otherwise(store, key))
    return {("reading-differs", key)}


def readings_swapped_with_seals(store: Store) -> set[tuple[str, str]]:
    keys = a_reading(store, 3), a_reading(store, 4)
    held = [unsealed(key, store.get(key))[0] for key in keys]
    for key, reading in zip(keys, reversed(held), strict=True):
        sealed_again(store, key, reading)
    return {("reading-differs", key) for key in keys}


def an_old_reading_differs(store: Store) -> set[tuple[str, str]]:
    """Of before there were seals."""
    key = a_reading(store, 4)
    store.replace(key, json_document(said_otherwise(store, key)))
    return {("reading-differs", key)}


def reading_missing(store: Store) -> set[tuple[str, str]]:
    key = a_reading(store, 4)
    store.remove(key)
    return {("reading-missing", key)}


def reading_orphan(store: Store) -> set[tuple[str, str]]:
    key = parse_key(PARSER_VERSION, digest(b"never there"))
    sealed_again(store, key, said_otherwise(store, a_reading(store, 4)))
    return {("reading-orphan", key)}


def reports_of_an_older_parser(store: Store) -> set[tuple[str, str]]:
    for key in list(store.list("parses/")):
        older = key.replace(f"/{PARSER_VERSION}/", "/0.0.1/")
        store.put(older, sealed(older, unsealed(key, store.get(key))[0]))
        store.remove(key)
    for key in list(store.list(f"reports/{SITE}/")):
        edited(store, key, parser="gongkai 0.0.1")
    return {("reports-unchecked", f"reports/{SITE}/")}


DERIVED: dict[str, Callable[[Store], set[tuple[str, str]]]] = {
    "report-damaged": report_damaged,
    "report-damaged: swapped": reports_swapped,
    "report-differs": report_differs,
    "report-differs: names no body": report_names_no_body,
    "report-missing": report_missing,
    "report-unfounded": report_unfounded,
    "reading-damaged": reading_damaged,
    "reading-damaged: changed": readings_changed,
    "reading-damaged: swapped": readings_swapped,
    "reading-differs": reading_differs,
    "reading-differs: swapped": readings_swapped_with_seals,
    "reading-differs: old": an_old_reading_differs,
    "reading-missing": reading_missing,
    "reading-orphan": reading_orphan,
}

UNCHECKED: dict[str, Callable[[Store], set[tuple[str, str]]]] = {
    "reports-unchecked": reports_of_an_older_parser,
}
"""What is no damage."""
