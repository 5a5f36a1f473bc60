"""The verbs of `gongkai`, by what they are about."""
