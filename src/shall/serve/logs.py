"""The log's place before ``observe`` was made."""

from shall.serve.observe.logs import set_up_logging as set_up_logging
