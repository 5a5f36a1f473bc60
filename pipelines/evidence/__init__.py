"""Readings drawn over their documents, for people who check them by eye.

Reports and bodies in, pictures and pages out. Nothing here reads a value anew, writes a file, or runs
outside of a worker process: documents are hostile, and drawing them is opening them.
"""
