"""The English catalogue: message code to template."""

EN: dict[str, str] = {
    # the engine: checks
    # the engine: steps and runs
    # reports
}
