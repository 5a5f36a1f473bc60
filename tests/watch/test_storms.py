"""The same trouble at many sites is one alert."""

from __future__ import annotations

from dataclasses import replace

from crawler.watch.facts import SiteFacts
from tests.watch.made import HOST, codes, dead, raised, run, site, unsure


def unreachable(number: int) -> SiteFacts:
    """A site that was well, and was not reached in its one newest run."""
    return site(run(3), run(1), dead(0.1), key=f"site{number:03}")


def well(number: int) -> SiteFacts:
    return site(run(1), run(), key=f"well{number:03}")


def test_three_hundred_sites_that_cannot_be_reached_are_one_alert_and_at_once() -> None:
    (alert,) = raised(*map(unreachable, range(300)))
    assert (alert.code, alert.site, alert.subject) == ("many-sites", "", "host-gone")
    assert "most likely it is this machine's network" in alert.message_en
    assert "很可能是本机网络" in alert.message_zh
    assert len(alert.evidence["sites"]) == 300


def test_it_stays_that_one_alert_while_the_outage_lasts() -> None:
    longer = [site(run(3), dead(1), dead(0.1), key=f"site{n:03}") for n in range(300)]
    assert codes(*longer, open_keys=["many-sites::host-gone"]) == ["many-sites"]


def test_a_few_of_few_sites_are_one_alert_and_a_few_of_many_are_not() -> None:
    assert codes(*map(unreachable, range(3)), well(0)) == ["many-sites"]
    assert codes(*map(unreachable, range(3)), *map(well, range(20))) == []
    gone = [site(run(3), dead(1), dead(0.1), key=f"site{n}") for n in range(3)]
    assert codes(*gone, *map(well, range(20))) == ["host-gone"] * 3


def test_many_sites_of_a_larger_archive_are_no_fault_of_this_machine() -> None:
    (alert,) = raised(*map(unreachable, range(40)), *map(well, range(300)))
    assert alert.code == "many-sites"
    assert "this machine" not in alert.message_en


def test_when_the_storm_is_over_so_is_its_alert() -> None:
    sites = [site(run(3), dead(1), run(), key=f"site{n:03}") for n in range(300)]
    keys = ["many-sites::host-gone"]
    assert codes(*sites, open_keys=keys) == []
    assert not unsure(*sites, open_keys=keys) & {"many-sites::host-gone", "host-gone:*"}


def test_sites_that_were_told_of_before_are_no_part_of_a_storm() -> None:
    old = [site(run(9), dead(5), dead(0.1), key=f"site{n:03}") for n in range(12)]
    keys = [f"host-gone:site{n:03}:{HOST}" for n in range(12)]
    assert codes(*old, open_keys=keys) == ["host-gone"] * 12


def test_open_alerts_of_sites_in_a_storm_stay_as_they_are() -> None:
    key = f"host-gone:site000:{HOST}"
    assert "host-gone:*" in unsure(*map(unreachable, range(30)), open_keys=[key])


def test_crashes_everywhere_are_one_alert_too() -> None:
    sites = [site(run(2), replace(run(), ended="crashed"), key=f"s{n}") for n in range(12)]
    (alert,) = raised(*sites)
    assert (alert.code, alert.subject) == ("many-sites", "run-failed")


def test_sites_that_are_not_looked_at_keep_their_alerts() -> None:
    assert "host-gone:elsewhere:h" in unsure(well(0), open_keys=["host-gone:elsewhere:h"])
