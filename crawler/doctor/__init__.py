"""`gongkai doctor`: whether all that a crawl needs is as it should be, and what to do where it is not."""
