"""`gongkai probe` and `gongkai sites check`: from any address of a site to its entry, and whether it holds.

`plan.py` and `check.py` decide what to ask for (with `looks.py`: what a page turned out to be), `found.py`
says what came of it, `naming.py` whose site it is, `entries.py` writes the entry. `run.py` carries plans out.
"""
