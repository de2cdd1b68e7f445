"""办件进度: departments tell what happened, citizens see where their case stands and when it is due."""
