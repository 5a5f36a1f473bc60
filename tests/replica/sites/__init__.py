"""The sites that the replica plays: one module for each, found by `tests.replica.site.all_sites`."""
