"""The codes of alerts: what each means and what to do. docs/watch.md has this table; a test compares.

Nothing here looks at an archive; the rules that raise alerts are in `crawler/watch/rules/`.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Severity = Literal["critical", "warning", "notice"]
SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "notice")
"""From the one that most needs a person."""
Language = Literal["zh", "en"]


class Code(NamedTuple):
    """A kind of alert: a state, whose passing is told, or an event, which has happened and is told once."""

    severity: Severity
    zh: str
    en: str
    means: str
    do: str
    do_zh: str
    event: bool = False
    lasts: int | None = None
    """Days from its beginning after which the rules drop it as no longer news; that is not told."""


CODES: dict[str, Code] = {
    "damage": Code(
        "critical", "归档损坏", "archive damaged",
        "`gongkai verify` found damage, and no later verification shows it mended",
        "`gongkai verify --repair`, with `--from` a copy; docs/archive.md has each finding's remedy",
        "运行 `gongkai verify --repair`，有副本时加 `--from`；各项问题的处理方法见 docs/archive.md",
    ),
    "scheduler-behind": Code(
        "critical", "定时任务滞后", "scheduler behind",
        "planned jobs of this machine are overdue, or sites have had no run for longer than any plan allows",
        "see whether the scheduler or cron runs: `gongkai schedule --list`, `gongkai doctor`",
        "查看定时任务或 cron 是否在运行：`gongkai schedule --list`、`gongkai doctor`",
    ),
    "blind": Code(
        "warning", "无法检查", "blind",
        "what the archive holds of a site could not be looked at: something in it is damaged, or a bug; no "
        "rule says anything about its reports meanwhile",
        "`gongkai verify SITE --repair`; a bug's traceback is on stderr: please report it",
        "运行 `gongkai verify SITE --repair`；如是程序错误，错误信息在 stderr 中，请反馈给开发者",
    ),
    "many-sites": Code(
        "critical", "多个网站同时出现问题", "many sites at once",
        "the same trouble at many sites at once, told as one alert; where none can be reached, it is most "
        "likely this machine's own network or proxy",
        "look at this machine's network, name servers and proxy first: `gongkai doctor --online`",
        "先检查本机的网络、域名解析和代理：`gongkai doctor --online`",
    ),
    "host-gone": Code(
        "warning", "主机无法访问", "host gone",
        "a host that used to answer could not be reached, in two runs or for three days",
        "open it in a browser; if the site has moved, `gongkai probe` finds its new address",
        "在浏览器中打开该网站；如已迁移，`gongkai probe` 可找到新地址",
    ),
    "blocked": Code(
        "warning", "被屏蔽", "blocked",
        "a host turned the crawl away (403, 412, 521, a challenge page)",
        "crawl more slowly (`DOWNLOAD_DELAY`), set `GONGKAI_CONTACT`, ask the site; never work around it",
        "放慢抓取（`DOWNLOAD_DELAY`），设置 `GONGKAI_CONTACT`，与网站联系；切勿绕过屏蔽",
    ),
    "run-failed": Code(
        "warning", "抓取失败", "run failed",
        "runs crash, are ended by the archive, or bring nothing home, in two runs or for three days; or one "
        "met a bug or lost something",
        "`gongkai runs RUN` explains the run; a bug's traceback is in the log: please report it",
        "用 `gongkai runs RUN` 查看该次抓取；如是程序错误，错误信息在日志中，请反馈给开发者",
    ),
    "no-reports": Code(
        "warning", "没有年报", "no reports",
        "a site has no report at all: in its newest runs, though earlier ones found some; or for the newest "
        "report year once its last deadline has passed, though the year before had some",
        "open the site; if its column has moved, `gongkai probe` and `gongkai sites check`",
        "打开该网站；如栏目已迁移，运行 `gongkai probe` 和 `gongkai sites check`",
        lasts=200,
    ),
    "list-empty": Code(
        "warning", "栏目突然为空", "list empty",
        "a list that offered reports offers none, and no other has them instead, in two runs or for three "
        "days",
        "open the list; if the site has a new look, `gongkai sites check` and `gongkai probe`",
        "打开该栏目；如网站已改版，运行 `gongkai sites check` 和 `gongkai probe`",
    ),
    "fewer-bodies": Code(
        "warning", "公开单位减少", "fewer bodies",
        "clearly fewer bodies than last year have a report, a fortnight after the last deadline",
        "`gongkai coverage SITE` names them; the site's lists show whether they were merged",
        "`gongkai coverage SITE` 列出这些单位；是否已撤并，可查看网站栏目",
        lasts=200,
    ),
    "late-body": Code(
        "notice", "未按期公开", "late body",
        "a body had not published by its deadline, or has published since",
        "`gongkai coverage SITE` has the deadline, its article and the dates",
        "`gongkai coverage SITE` 列出期限、依据条文和日期",
        event=True, lasts=120,
    ),
    "table-changed": Code(
        "notice", "公开后改动表格", "table changed",
        "figures in the tables of a published report are no longer what they were",
        "`gongkai diff CHANGE` shows the cells before and after; both versions are in the archive",
        "`gongkai diff CHANGE` 显示改动前后的单元格；两个版本都在归档中",
        event=True, lasts=30,
    ),
    "withdrawn": Code(
        "warning", "年报被撤下", "withdrawn",
        "a published report is gone from its site",
        "`gongkai diff CHANGE` shows since when; the archive has every version",
        "`gongkai diff CHANGE` 显示自何时起撤下；归档中有全部版本",
        lasts=90,
    ),
    "carry-over-broken": Code(
        "notice", "结转数对不上", "carry-over broken",
        "a new report carries other figures in than the body's report of the year before carried forward",
        "`gongkai show SITE YEAR BODY` has the finding with both figures, and where they stand",
        "`gongkai show SITE YEAR BODY` 显示该问题、两个数字及其出处",
        event=True, lasts=90,
    ),
    "findings-jump": Code(
        "notice", "问题激增", "findings jump",
        "a finding is far more frequent in the new reports of a year than in the year before",
        "`gongkai show SITE YEAR`: a new layout that is not read well, or a new way of filling the form in",
        "查看 `gongkai show SITE YEAR`：可能是新版式未能正确读取，也可能是填报方式有变化",
        lasts=200,
    ),
}  # fmt: skip

TEST = "test"
"""The code of the alert that `gongkai watch --test` sends; it is never recorded."""
