"""The formats that other archives speak: WACZ (with WARC inside) and BagIt, written from an archive alone.

Nothing here fetches, reads documents or writes to the archive.
"""
