"""What the played lists that scripts ask for share: what was asked, answers in JSON, jpage's records.

Knows no family: who answers what is `families/`'s business.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tests.replica.site import Asked, Page


def bare(asked: Asked) -> str:
    """The path without its query."""
    return asked.path.partition("?")[0]


def query(asked: Asked) -> dict[str, str]:
    """The parameters in the address."""
    return dict(parse_qsl(asked.path.partition("?")[2], keep_blank_values=True))


def form(asked: Asked) -> dict[str, str]:
    """The parameters that were posted as a form."""
    return dict(parse_qsl(asked.body.decode("utf-8", "replace"), keep_blank_values=True))


def json_body(asked: Asked) -> dict[str, Any]:
    """The object that was posted as JSON; empty where it was none."""
    try:
        value = json.loads(asked.body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def whole(text: object, default: int) -> int:
    """A number among the parameters; `default` where there is none."""
    return int(str(text)) if str(text).isdigit() else default


def with_query(path: str, **parameters: object) -> str:
    """The path with these parameters, percent-encoded."""
    return f"{path}?{urlencode({name: str(value) for name, value in parameters.items()})}"


def json_page(value: Any, *, ascii: bool = False) -> Page:
    """An answer in JSON, without validators."""
    text = json.dumps(value, ensure_ascii=ascii)
    return Page(text.encode(), "application/json;charset=UTF-8", tagged=False)


def fragment(text: str, content_type: str = "text/html;charset=UTF-8") -> Page:
    """A piece of HTML or XML that a script puts into a page."""
    return Page(text.encode(), content_type, tagged=False)


def embedded(value: Any) -> str:
    """JSON inside of a page's script, tags escaped as `\\u003C`."""
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("<", "\\u003C").replace(">", "\\u003E").replace("/", "\\/")


def datastore(lines: Iterable[str], *, total: int, per_page: int, next_group: str | None = None) -> str:
    """jquery.jpage's XML: each row's HTML in a CDATA record (cms-families 3 and 12).

    `next_group` is the address of the rows that follow; "" says that none do, None leaves the element out.
    """
    records = "\n".join(f"<record><![CDATA[\n{line}]]></record>" for line in lines)
    group = "" if next_group is None else f'<nextgroup><![CDATA[<a href="{next_group}"></a>]]></nextgroup>\n'
    pages = -(-total // per_page)
    return (
        f"<datastore>\n{group}<totalrecord>{total}</totalrecord>\n<totalpage>{pages}</totalpage>\n"
        f"<recordset>\n{records}\n</recordset>\n</datastore>"
    )
