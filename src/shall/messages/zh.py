"""The Chinese catalogue: message code to template."""

ZH: dict[str, str] = {
    # the engine: checks
    # the engine: steps and runs
    # reports
}
