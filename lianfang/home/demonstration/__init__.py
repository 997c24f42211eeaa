"""The demonstration county: invented people in units that do not exist (handbook, demonstration figures)."""
