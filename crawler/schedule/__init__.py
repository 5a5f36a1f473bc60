"""`gongkai schedule`: a plan from a TOML file, a memory of what is due and done, and a loop with a clock."""
