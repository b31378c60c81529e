"""Whether a case or test is the one that an older release recorded a fingerprint of."""

from collections.abc import Mapping, Sequence
from functools import cache

from shall.actions.file_digests import file_digests
from shall.cases.fingerprint import case_fingerprint, case_fingerprints
from shall.cases.reader import read_case, root_of
from shall.errors import ShallError
from shall.specs.links import fingerprints_of_tests
from shall.store.base import Evidence, IsUnchanged
from shall.workspace.files import Files


def source_comparison(
    files: Files, documents: Sequence[str], *, to_record: bool = False
) -> IsUnchanged:
    """Return a function that compares a recorded fingerprint with that of a fact's source.

    Both must be fingerprints of the text that the file has now, each in its own version; of a test,
    that of the fact is. A file is read once; one that cannot be read is not unchanged.
    ``documents`` are the OpenAPI documents of the project.

    ``to_record``: whether a new line is needed is asked. It is where the older fingerprint does not
    cover the files that the case names, or what a test uses: without one, a change of them would
    never be seen.
    """

    @cache
    def fingerprints(path: str) -> Mapping[str, frozenset[str]]:
        try:
            text = files.read_text(path)
            if path.endswith(".py"):
                return fingerprints_of_tests(text, path)
            if root_of(text) == "unittest":  # of one version as yet
                return {}
            case = read_case(text, path)
            digests = file_digests(files, case, path, documents)
            if digests and to_record:
                return {path: frozenset({case_fingerprint(case, digests)})}
            older = file_digests(files, case, path, documents, is_by_text=True)
            return {path: case_fingerprints(case, digests) | {case_fingerprint(case, older)}}
        except ShallError:
            return {}

    def is_unchanged(recorded: str, fact: Evidence) -> bool:
        if fact.source.partition("::")[0].endswith(".py"):
            older = fingerprints(fact.source.partition("::")[0]).get(fact.source, frozenset())
            return not to_record and recorded in older
        known = fingerprints(fact.source.partition("::")[0]).get(fact.source, frozenset())
        return {recorded, fact.source_fingerprint} <= known

    return is_unchanged
