"""The REST routes: what the MCP server offers, for callers that speak plain HTTP and JSON."""
