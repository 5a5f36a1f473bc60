"""A report's page whose tables are pictures: found, recognised, and folded into the page's report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from scrapy.http import HtmlResponse

from crawler.attachments import attachments
from pipelines.report.read import read_all
from pipelines.report.readers import ocr
from pipelines.report.stored import reading_json
from tests.made import pdf, scans
from tests.made.truth import make
from tests.pipelines.folding import HOST, Desk

TRUTH = make("scans", year=2023, organization="虚构市样本区示例税务局", busy=0.5)
PAGE = f"""<html><head><meta charset="utf-8"><title>{TRUTH.title}</title></head><body>
<img src="/images/logo.png"><h1>{TRUTH.title}</h1>
<p>一、总体情况</p><p>2023年，我局围绕虚构任务开展工作，具体情况如下。</p>
<p>三、收到和处理政府信息公开申请情况</p><p><img src="W1.png" width="680"></p>
<p>五、存在的主要问题及改进情况</p><p>个别示例页面的检索结果不够准确。</p></body></html>""".encode()


class WholeReader:
    """The real reader, in this process."""

    def read(self, body: bytes) -> dict[str, Any]:
        """The reading's JSON, as the worker would give it."""
        return reading_json(read_all(body))


@pytest.mark.skipif(not ocr.available(), reason="the extra `ocr` is not installed")
def test_a_table_that_is_a_picture_belongs_to_its_page(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.reader = WholeReader()
    address = f"{HOST}/a.html"
    ((picture, _),) = attachments(HtmlResponse(address, body=PAGE))
    table = scans.image_file(scans.pictures(pdf.pdf(TRUTH, pdf.PDF_STYLES["unbroken"]))[1])
    attached = desk.capture(picture, table, role="attachment", hints={"parent": address})
    desk.crawl(("/a.html", PAGE), (attached, table))
    desk.publish()
    (report,) = desk.reports().values()
    assert (report["organization"], report["year"]) == (TRUTH.organization, TRUTH.year)
    doubted = {f["where"] for f in report["findings"] if f["code"] == "ocr-doubtful"}
    for path, value in TRUTH.cells().items():
        name, row, column = path.split(".")
        if name == "requests":
            assert report[name][row][column] == value or path in doubted
    evidence = report["evidence"]["requests.received.total"]
    assert evidence["kind"] == "ocr"
    assert evidence["document"] == next(s["sha256"] for s in report["sources"] if s["url"] == picture)
    assert len(report["sources"]) == 2
