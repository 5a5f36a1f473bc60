"""The crash matrix: a crawl that is killed, or refused by its disk, at every system call that writes.

``python -m tests.crashes --help`` does it by hand, all points; `test_crashes.py` does a sample.

The kernel stops the process just before each such call (seccomp and ptrace: `tracing.py`), so that
"the Nth call" counts over all of its threads; strace's ``inject=…:when=N`` counts for each thread by
itself and would never reach most calls of the threads that upload. From the same stops comes the
record of what was written and fsynced, from which `power.py` makes what a disk may hold after a
power cut.
"""
