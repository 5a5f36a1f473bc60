"""The documents of one site as its journal knows them: which bodies stood at which address, and when.

Each question costs what it is about and not what the site has. It asks the index and reads no body.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

from storage.index import Index
from storage.journal import Capture
from storage.ledger import Ledger

_T = TypeVar("_T")


class Documents:
    """Every committed capture of a report or attachment with status 200 or 304 and a body, oldest first.

    Flags are the caller's to judge: truncated and soft-404 captures are among them. What is asked about
    one address or body is answered as of the moment when this was made, whatever is captured meanwhile.
    """

    def __init__(self, index: Index, site: str) -> None:
        self._index = index
        self._site = site
        self._upto = index.ask(site, Ledger.newest)
        self._renewals = index.renewals

    def __iter__(self) -> Iterator[Capture]:
        return self._index.captures(self._site, documents=True)

    def addresses(self) -> Iterator[str]:
        """Every address of a document, in order."""
        last = ""
        while page := self._ask(partial(Ledger.addresses, after=last)):
            yield from page
            last = page[-1]

    def at(self, url: str) -> list[Capture]:
        """Those at one address, oldest first."""
        return self._ask(partial(Ledger.documents_at, url=url))

    def addresses_of(self, sha256: str) -> list[str]:
        """The addresses that answered with that body, in order."""
        return self._ask(partial(Ledger.addresses_of, sha256=sha256))

    def addresses_on(self, page: str) -> list[str]:
        """The addresses of what that page is said to have linked to, in order."""
        return self._ask(partial(Ledger.addresses_on, page=page))

    def shared(self, questions: int) -> set[str]:
        """The bodies that so many questions and more were soundly answered with."""
        return set(self._index.ask(self._site, lambda ledger: ledger.shared(self._site, questions)))

    def _ask(self, question: Callable[..., list[_T]]) -> list[_T]:
        def ask(ledger: Ledger) -> list[_T]:
            # A ledger made anew since then counts otherwise: all that it has is known to be there.
            upto = self._upto if self._index.renewals == self._renewals else sys.maxsize
            return question(ledger, site=self._site, upto=upto)

        return self._index.ask(self._site, ask)
