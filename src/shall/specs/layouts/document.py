"""What a layout says about a path."""

from enum import StrEnum

from msgspec import Struct


class Role(StrEnum):
    """What a document is for."""

    REQUIREMENTS = "requirements"
    DESIGN = "design"
    TASKS = "tasks"
    OTHER = "other"  # belongs to the layout, but states no requirements


class Form(StrEnum):
    """How a document of requirements is written."""

    NUMBERED = "numbered"  # requirements with numbered acceptance criteria
    BUGFIX = "bugfix"  # current, expected and unchanged behaviour
    TITLED = "titled"  # OpenSpec: requirements and scenarios known by their titles
    STORIES = "stories"  # spec-kit: user stories, FR-001, SC-001


class Document(Struct, frozen=True):
    """A document of a layout. ``change`` names the OpenSpec change that it belongs to."""

    layout: str
    feature: str
    role: Role = Role.REQUIREMENTS
    form: Form = Form.NUMBERED
    alias: str = ""
    change: str = ""
