"""The coverage matrix as ReqIF, the exchange format of requirements tools."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from reqif.models.reqif_core_content import ReqIFCoreContent
from reqif.models.reqif_data_type import ReqIFDataTypeDefinitionString
from reqif.models.reqif_namespace_info import ReqIFNamespaceInfo
from reqif.models.reqif_req_if_content import ReqIFReqIFContent
from reqif.models.reqif_reqif_header import ReqIFReqIFHeader
from reqif.models.reqif_spec_hierarchy import ReqIFSpecHierarchy
from reqif.models.reqif_spec_object import ReqIFSpecObject, SpecObjectAttribute
from reqif.models.reqif_spec_object_type import ReqIFSpecObjectType, SpecAttributeDefinition
from reqif.models.reqif_spec_relation import ReqIFSpecRelation
from reqif.models.reqif_spec_relation_type import ReqIFSpecRelationType
from reqif.models.reqif_specification import ReqIFSpecification
from reqif.models.reqif_specification_type import ReqIFSpecificationType
from reqif.models.reqif_types import SpecObjectAttributeType
from reqif.object_lookup import ReqIFObjectLookup
from reqif.reqif_bundle import ReqIFBundle
from reqif.unparser import ReqIFUnparser

from shall import __version__
from shall.specs.interchange import ids_of
from shall.specs.matrix import Matrix, Row

_STRING = SpecObjectAttributeType.STRING
_DATATYPE = "STRING"
_REQUIREMENT, _TEST, _VERIFIES, _DOCUMENT = "REQUIREMENT", "TEST", "VERIFIES", "DOCUMENT"
_FIELDS: Mapping[str, Sequence[str]] = {
    _REQUIREMENT: ("ReqIF.ForeignID", "ReqIF.Text", "Status", "Source"),
    _TEST: ("ReqIF.ForeignID",),
}
"""The attributes of each type of object; those of ReqIF's own implementation guide come first."""

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_reqif(matrix: Matrix, project: str, now: datetime) -> str:
    """Return ReqIF: an object for each criterion and each case or test, and their relations.

    The key of a criterion is its ``ReqIF.ForeignID``. A feature is a specification that lists its
    criteria in their order. ``now`` is aware.
    """
    at = now.isoformat(timespec="milliseconds")
    requirements = ids_of("REQ", [row.criterion.key for row in matrix.rows])
    links = dict.fromkeys(
        (it.link.source, row.criterion.key) for row in matrix.rows for it in row.links
    )
    tests = ids_of("TEST", [source for source, _ in links])
    objects = [_requirement(requirements[row.criterion.key], row, at) for row in matrix.rows]
    objects += [_object(name, _TEST, [source], at) for source, name in tests.items()]
    content = ReqIFReqIFContent(
        data_types=[
            ReqIFDataTypeDefinitionString(
                _DATATYPE, last_change=at, long_name="String", max_length="100000"
            )
        ],
        spec_types=[
            *(_object_type(kind, fields, at) for kind, fields in _FIELDS.items()),
            ReqIFSpecRelationType(_VERIFIES, last_change=at, long_name="verifies"),
            ReqIFSpecificationType(
                _DOCUMENT, last_change=at, long_name="Feature", is_self_closed=True
            ),
        ],
        spec_objects=objects,
        spec_relations=[
            ReqIFSpecRelation(
                f"REL_{number}",
                relation_type_ref=_VERIFIES,
                source=tests[source],
                target=requirements[key],
                last_change=at,
            )
            for number, (source, key) in enumerate(links, 1)
        ],
        specifications=_specifications(matrix.rows, requirements, at),
    )
    header = ReqIFReqIFHeader(
        "HEADER",
        creation_time=at,
        req_if_tool_id=f"shall {__version__}",
        req_if_version="1.0",
        source_tool_id="shall",
        title=_text(project).replace("<", " "),
    )
    return str(
        ReqIFUnparser.unparse(
            ReqIFBundle(
                ReqIFNamespaceInfo.create_default(),
                header,
                ReqIFCoreContent(content),
                tool_extensions_tag_exists=False,
                lookup=ReqIFObjectLookup.empty(),
                exceptions=[],
            )
        )
    )


def _object_type(kind: str, fields: Sequence[str], at: str) -> ReqIFSpecObjectType:
    return ReqIFSpecObjectType(
        kind,
        last_change=at,
        long_name=kind.capitalize(),
        attribute_definitions=[
            SpecAttributeDefinition(
                _STRING, _field(kind, name), _DATATYPE, last_change=at, long_name=name
            )
            for name in fields
        ],
    )


def _requirement(name: str, row: Row, at: str) -> ReqIFSpecObject:
    criterion = row.criterion
    values = [criterion.key, criterion.text, row.status.value, str(criterion.span)]
    return _object(name, _REQUIREMENT, values, at)


def _object(name: str, kind: str, values: Iterable[str], at: str) -> ReqIFSpecObject:
    return ReqIFSpecObject(
        name,
        attributes=[
            SpecObjectAttribute(_STRING, _field(kind, field), _text(value))
            for field, value in zip(_FIELDS[kind], values, strict=True)
        ],
        spec_object_type=kind,
        last_change=at,
    )


def _specifications(
    rows: Iterable[Row], requirements: Mapping[str, str], at: str
) -> list[ReqIFSpecification]:
    keys: dict[str, list[str]] = {}
    for row in rows:
        keys.setdefault(row.criterion.key.partition("#")[0], []).append(row.criterion.key)
    names = ids_of("SPEC", keys)
    return [
        ReqIFSpecification(
            names[feature],
            last_change=at,
            long_name=_text(feature),
            specification_type=_DOCUMENT,
            children=[
                ReqIFSpecHierarchy(
                    identifier=f"HIERARCHY_{requirements[key]}",
                    spec_object=requirements[key],
                    level=1,
                    last_change=at,
                )
                for key in listed
            ],
        )
        for feature, listed in keys.items()
    ]


def _field(kind: str, name: str) -> str:
    return f"{kind}_{name.replace('.', '_').upper()}"


def _text(text: str) -> str:
    """Return a text in one line, without characters that XML forbids."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))
