"""The identities between two years' reports of one organization (reference: 勾稽关系 across years).

What 2023 carries forward, 2024 carries in; what was in force, plus issued, minus repealed, is in force.
Pure. This module must not look for the other year's report, nor repair either.
"""

from __future__ import annotations

from dataclasses import replace

from pipelines.report.model import Finding, Number, Report

CODES = ("carry-over", "in-force-roll")
_ROLLED = ("rules", "normative_documents")


def with_previous_year(report: Report, previous: Report | None) -> Report:
    """`report` with the findings that last year's report gives rise to, and no older ones of the kind.

    Without a report of last year nothing is found: its lack is no fault of this one.
    """
    findings = tuple(finding for finding in report.findings if finding.code not in CODES)
    if previous is None or not _comparable(report, previous):
        return replace(report, findings=findings)
    more = (*_carry_over(report, previous), *_in_force_roll(report, previous))
    return replace(report, findings=(*findings, *more))


def _comparable(report: Report, previous: Report) -> bool:
    """Whether both count the same: not where one speaks for a body and the other sums up its area."""
    return report.scope is None or previous.scope is None or report.scope == previous.scope


def _carry_over(report: Report, previous: Report) -> list[Finding]:
    """Last year's 四、结转下年度 is this year's 二、上年结转, column by column; blanks prove nothing."""
    left = (previous.requests or {}).get("carried_forward", {})
    findings = []
    for column, carried in (report.requests or {}).get("carried_in", {}).items():
        before = left.get(column)
        if carried is not None and before is not None and carried != before:
            path = f"requests.carried_in.{column}"
            findings.append(
                Finding(
                    "carry-over",
                    "warning",
                    path,
                    f"{previous.year} carried {before} forward, {report.year} carried {carried} in.",
                    (path,),
                )
            )
    return findings


def _in_force_roll(report: Report, previous: Report) -> list[Finding]:
    """Edition 2021: last year's 现行有效 + 制发 − 废止 = this year's 现行有效; blanks prove nothing."""
    findings = []
    for row in _ROLLED:
        cells = (report.active_disclosure or {}).get(row, {})
        before = (previous.active_disclosure or {}).get(row, {}).get("in_force")
        issued, repealed, now = (cells.get(column) for column in ("issued", "repealed", "in_force"))
        if before is None or issued is None or repealed is None or now is None:
            continue
        expected: Number = before + issued - repealed
        if expected != now:
            path = f"active_disclosure.{row}"
            findings.append(
                Finding(
                    "in-force-roll",
                    "warning",
                    f"{path}.in_force",
                    f"{before} in force in {previous.year}, plus {issued} issued, minus {repealed} repealed, "
                    f"is {expected}; {report.year} says {now}.",
                    (f"{path}.issued", f"{path}.repealed", f"{path}.in_force"),
                )
            )
    return findings
