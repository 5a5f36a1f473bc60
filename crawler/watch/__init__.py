"""Rules over what is archived and what ran, the alerts that they raise, and who is told."""
