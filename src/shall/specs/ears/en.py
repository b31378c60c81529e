"""The English words of EARS (Mavin et al., RE'09), with what real documents add to them."""

import re

from shall.late_pattern import late_pattern
from shall.specs.clause import Level, Trigger

TRIGGERS = {
    "while": Trigger.STATE,
    "during": Trigger.STATE,
    "as long as": Trigger.STATE,
    "when": Trigger.EVENT,
    "whenever": Trigger.EVENT,
    "once": Trigger.EVENT,
    "upon": Trigger.EVENT,
    "on": Trigger.EVENT,
    "after": Trigger.EVENT,
    "before": Trigger.EVENT,
    "where": Trigger.FEATURE,
    "if": Trigger.UNWANTED,
}

LEVELS = {
    "shall": Level.MUST,
    "must": Level.MUST,
    "should": Level.SHOULD,
    "will": Level.NONE,
    "may": Level.MAY,
    "can": Level.MAY,
    "cannot": Level.MAY,
}

# Not \b: between a Latin and a Chinese letter there is none.
END = r"(?![A-Za-z0-9_-])"
_BEGIN = r"(?<![A-Za-z0-9_-])"

# "On failure, the ..." and "On failure it ...", but not "On duty staff ...".
_WORDS = {"on": r"on(?= [^,，]{1,40}(?:, | the | it(?![a-z])))"}
OPENING = (
    r"(?:(?:and|or|but) )?(?P<en>"
    + "|".join(_WORDS.get(word, word) for word in sorted(TRIGGERS, reverse=True))
    + rf"){END} ?"
)
MODAL = rf"{_BEGIN}(?P<en>shall|must){END}"
WEAK_MODAL = rf"{_BEGIN}(?P<en>should|will|may|cannot|can){END}"
RECOMMENDATION = rf"{_BEGIN}should{END}"
# "logs in and then goes back THEN": the first one is within the condition.
_THEN = rf"(?:(?<!and )then|(?<=and )then(?![^.]{{1,300}}(?:{_BEGIN}then|, the){END})){END}"
THEN = rf"[,，]? ?{_BEGIN}{_THEN}[ ,，]*"
QUANTIFIER = late_pattern(rf"for (?:all|any|every|each){END}", re.IGNORECASE)
NEGATION = late_pattern(r"\s*(?:not|never)(?![A-Za-z])", re.IGNORECASE)
