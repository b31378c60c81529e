"""The English catalogue: message code to template."""

EN: dict[str, str] = {
    # the engine: checks
    "check.status": "expected status {expected}, got {actual}",
    "check.error_status": "got status {actual}, and the step neither asserts nor allows it",
    "check.differs": "expected {expected}, got {actual}",
    "check.type_differs": "expected {expected} ({expected_type}), got {actual} ({actual_type})",
    "check.equal": "expected anything but {actual}",
    "check.not_found": "expected {expected}, but {reason}",
    "check.missing": "it does not exist: {reason}",
    "check.present": "it should not exist, but is {actual}",
    "check.not_none": "expected null, got {actual}",
    "check.none": "expected a value, got null",
    "check.not_contained": "{actual} does not contain {expected}",
    "check.contained": "{actual} contains {expected}",
    "check.no_length": "expected something with a length, got {actual_type}",
    "check.length": "expected length {expected}, got {actual}",
    "check.not_in": "{actual} is not in {expected}",
    "check.in": "{actual} is in {expected}",
    "check.no_match": "{actual} does not match {expected}",
    "check.regex_too_slow": "the pattern {expected} takes too long to decide",
    "check.order": "expected {sign} {expected}, got {actual}",
    "check.not_comparable": "{actual} ({actual_type}) {sign} {expected} ({expected_type})"
    " cannot be compared",
    "check.not_supported": "the check {kind} is not supported by this release",
    # the engine: steps and runs
    "step.error": "{reason}",
    "step.timed_out": "{reason}",
    "step.unreachable": "{reason}",
    "step.skipped": "not sent, because the step {after} did not pass",
    "teardown.not_supported": "a teardown of type {operation} is not supported by this release",
    "case.invalid": "{problems}",
    "case.internal": "a fault of shall itself; its log tells more",
    "run.timed_out": "stopped: the run took longer than its {timeout_s} s",
    "run.interrupted": "stopped: the run was interrupted",
    "run.not_started": "not started: the run was stopped before",
    # reports
}
