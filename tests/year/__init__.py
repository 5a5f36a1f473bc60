"""A year of unattended operation in minutes: real schedulers, a played web, a clock that leaps.

`story.py` says what happens when, `stage.py` serves it, `clock.py` makes time pass, `play.py` lets it run,
`truth.py` says from the story and the server's log alone what coverage, changes and alerts must be.
`python -m tests.year` plays the whole year, `test_year.py` a few weeks of it.
"""
