from tests.made_results import *  # noqa: F403 - its fixtures
