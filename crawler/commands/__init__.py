"""Scrapy's own commands, where this project's are clearer."""
