"""What people see: values in, renderables of rich out. Nothing here loads, decides or prints."""
