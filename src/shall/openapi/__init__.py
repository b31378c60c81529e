"""OpenAPI documents: what they declare, and whether requests and responses keep to it."""
