"""Chinese: the messages by their codes, and the sentences by their English templates."""

from collections.abc import Mapping

from shall.messages.zh.admin import ADMIN
from shall.messages.zh.bodies import BODIES
from shall.messages.zh.cases import CASES
from shall.messages.zh.commands import COMMANDS
from shall.messages.zh.contract import CONTRACT
from shall.messages.zh.flow import FLOW
from shall.messages.zh.format import FORMAT
from shall.messages.zh.imports import IMPORTS
from shall.messages.zh.load import LOAD
from shall.messages.zh.protocols import PROTOCOLS
from shall.messages.zh.results import ZH
from shall.messages.zh.running import RUNNING
from shall.messages.zh.serving import SERVING
from shall.messages.zh.settings import SETTINGS
from shall.messages.zh.specs import SPECS
from shall.messages.zh.sql import SQL
from shall.messages.zh.state import STATE
from shall.messages.zh.system import SYSTEM
from shall.messages.zh.unit import UNIT
from shall.messages.zh.words import WORDS

SENTENCES: Mapping[str, str] = {
    **COMMANDS,
    **CONTRACT,
    **SETTINGS,
    **CASES,
    **BODIES,
    **PROTOCOLS,
    **FORMAT,
    **FLOW,
    **IMPORTS,
    **LOAD,
    **SPECS,
    **SQL,
    **RUNNING,
    **STATE,
    **ADMIN,
    **SERVING,
    **UNIT,
    **WORDS,
    **SYSTEM,
}

__all__ = ["SENTENCES", "SYSTEM", "ZH"]
