"""All tables of the product by name; those of a topic of its own are described there."""

from __future__ import annotations

from diagmod.io import schemas
from diagmod.io.defect_catalogue import DEFECTS
from diagmod.io.maintenance_events import MAINTENANCE, REFUSED_EVENTS
from diagmod.io.readiness import READINESS
from diagmod.io.schemas import TableSchema
from diagmod.io.trend_tables import TREND

_GENERAL = tuple(schema for schema in vars(schemas).values() if isinstance(schema, TableSchema))

#: Every schema by the name of its table.
TABLES = {schema.name: schema for schema in (*_GENERAL, TREND, MAINTENANCE, REFUSED_EVENTS, READINESS, DEFECTS)}
