"""The ways to people: a POST to a robot or webhook, a mail, a line in a file. One module for each shape."""
