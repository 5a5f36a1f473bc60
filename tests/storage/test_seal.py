"""The seal of a reading: every changed bit is found out, and so is another's reading."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import Damaged
from storage.journal import json_document
from storage.keys import parse_key
from storage.seal import sealed, unsealed

KEY, OTHER = parse_key("0.2.0", "ab" * 32), parse_key("0.2.0", "cd" * 32)
READING: dict[str, Any] = {"schema": "gongkai.reading/1", "documents": [{"year": 2024, "title": "虚构"}]}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text().filter(lambda name: name != "seal"), values, max_size=4))
def test_what_was_sealed_comes_back(value: dict[str, Any]) -> None:
    data = sealed(KEY, value)
    assert data == sealed(KEY, value)
    assert unsealed(KEY, data) == (value, True)
    assert json.loads(data) == value | {"seal": json.loads(data)["seal"]}


def test_every_flipped_bit_is_found_out() -> None:
    data = sealed(KEY, READING)
    for at in range(8 * len(data)):
        changed = bytearray(data)
        changed[at // 8] ^= 1 << at % 8
        try:
            value, has_seal = unsealed(KEY, bytes(changed))
        except Damaged:
            continue
        # The name of the seal itself: a key that no reading has.
        assert not has_seal
        assert value.keys() - READING.keys()


def test_every_cut_and_every_added_byte_is_found_out() -> None:
    data = sealed(KEY, READING)
    for end in range(len(data)):
        with pytest.raises(Damaged):
            unsealed(KEY, data[:end])
    for more in (b" ", b"\n", b"{}"):
        with pytest.raises(Damaged):
            unsealed(KEY, data + more)


def test_a_reading_under_anothers_key_is_found_out() -> None:
    with pytest.raises(Damaged):
        unsealed(OTHER, sealed(KEY, READING))


def test_a_reading_from_before_there_were_seals_is_taken_as_it_is() -> None:
    assert unsealed(KEY, json_document(READING)) == (READING, False)


@pytest.mark.parametrize("data", [b"", b"[]\n", b'"x"', b"\xff", b"[" * 100_000, b'{"seal": 1}\n'])
def test_what_is_no_document_is_damaged(data: bytes) -> None:
    with pytest.raises(Damaged):
        unsealed(KEY, data)
