"""Metrics for Prometheus: from the scheduler over HTTP, from cron as files for node_exporter.

`catalogue.py` says which there are (docs/metrics.md has the same table), `measuring.py` takes them from run
records, spools, audits and alerts, `collecting.py` reads those of an archive, and `textfile.py` writes
files after a verb.
"""
