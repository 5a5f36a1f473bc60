"""What became of documents once they were published: changed, withdrawn, moved, back (docs/changes.md)."""
