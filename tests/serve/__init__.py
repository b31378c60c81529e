"""A package, so that pytest ends the servers that its tests share after the last of them."""
