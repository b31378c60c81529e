"""How a request reaches a service, and which services may be reached."""
