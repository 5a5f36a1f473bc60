"""Who published, and when: bodies × report years of a site, from its captures, reports and run records.

`survey.survey` is the way in, `model.py` what it gives. Pure but for the archive that it is given: no
clock, no network, no registry.
"""
