"""The files that a teardown deletes: the field ``delete_files``."""

from shall.cases.fields import Fields, kind_of
from shall.cases.forms import is_template
from shall.cases.model import Teardown

DELETE_FILES = "delete_files"


def read_deletion(fields: Fields, name: str) -> Teardown:
    """Read a teardown with ``delete_files``: a path or a list of paths, and no other field."""
    for other in sorted(fields.values.keys() - {"id", DELETE_FILES}):
        if fields.values[other] is not None:
            message = f"`{other}` cannot be combined with `delete_files`."
            fields.bad("case.conflicting-fields", other, message, "Write another teardown.")
    value = fields.values[DELETE_FILES]
    if type(value) not in (str, list):
        message = f"`delete_files` must be a path or a list of paths, not {kind_of(value)}."
        fields.bad("case.bad-type", DELETE_FILES, message, "Write `delete_files: out/report.csv`.")
        return Teardown(name, "file")
    if is_template(value):  # a list, perhaps
        return Teardown(name, "file", files=value)
    paths = fields.texts(DELETE_FILES)
    if value == []:
        fields.bad("case.bad-value", DELETE_FILES, "`delete_files` must not be empty.")
    return Teardown(name, "file", files=paths)
