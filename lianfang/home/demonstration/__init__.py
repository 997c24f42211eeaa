"""The demonstration county: invented people in units that do not exist (handbook, "Figures for a demonstration county")."""
