"""The documents of one site as its journal knows them: which bodies stood at which address, and when.

Each question costs what it is about and not what the site has. It asks the index and reads no body.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from storage.index import Index
from storage.journal import Capture
from storage.ledger import Ledger


class Documents:
    """Every committed capture of a report or attachment with status 200 or 304 and a body, oldest first.

    Flags are the caller's to judge: truncated and soft-404 captures are among them. What is asked about
    one address or body is answered as of the moment when this was made, whatever is captured meanwhile.
    """

    def __init__(self, index: Index, site: str) -> None:
        self._index = index
        self._site = site
        self._upto = index.ask(site, Ledger.newest)

    def __iter__(self) -> Iterator[Capture]:
        return self._index.captures(self._site, documents=True)

    def addresses(self) -> Iterator[str]:
        """Every address of a document, in order."""
        last = ""
        here = partial(Ledger.addresses, site=self._site, upto=self._upto)
        while page := self._index.ask(self._site, partial(here, after=last)):
            yield from page
            last = page[-1]

    def at(self, url: str) -> list[Capture]:
        """Those at one address, oldest first."""
        return self._index.ask(self._site, lambda led: led.documents_at(self._site, self._upto, url))

    def addresses_of(self, sha256: str) -> list[str]:
        """The addresses that answered with that body, in order."""
        return self._index.ask(self._site, lambda led: led.addresses_of(self._site, self._upto, sha256))

    def addresses_on(self, page: str) -> list[str]:
        """The addresses of what that page is said to have linked to, in order."""
        return self._index.ask(self._site, lambda led: led.addresses_on(self._site, self._upto, page))

    def shared(self, questions: int) -> set[str]:
        """The bodies that so many questions and more were soundly answered with."""
        return set(self._index.ask(self._site, lambda led: led.shared(self._site, questions)))
