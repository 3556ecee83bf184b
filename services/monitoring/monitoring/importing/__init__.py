"""Importing files: bytes and a mapping in, typed rows and a report out.

Pure: no database, no HTTP, no events. `imports` has one function per kind of file; what they
return is equal for equal input.
"""

from monitoring.importing.builtin import builtin_indicators, builtin_mappings, builtin_units
from monitoring.importing.codes import KnownAreas, division
from monitoring.importing.imports import (
    Outcome,
    import_boundaries,
    import_hierarchy,
    import_measurements,
)
from monitoring.importing.mapping import (
    BoundariesMapping,
    HierarchyMapping,
    Mapping,
    MeasurementsMapping,
    load_mapping,
)
from monitoring.importing.report import ImportReport, as_csv, content_hash
from monitoring.importing.rows import ImportRefused

__all__ = [
    "BoundariesMapping",
    "HierarchyMapping",
    "ImportRefused",
    "ImportReport",
    "KnownAreas",
    "Mapping",
    "MeasurementsMapping",
    "Outcome",
    "as_csv",
    "builtin_indicators",
    "builtin_mappings",
    "builtin_units",
    "content_hash",
    "division",
    "import_boundaries",
    "import_hierarchy",
    "import_measurements",
    "load_mapping",
]
