"""好差评: citizens rate finished visits and closed cases; bad marks are followed up."""
