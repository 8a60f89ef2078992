"""All tables of the product by name; those of a topic of its own are described there."""

from __future__ import annotations

from diagmod.io import feature_schemas, schemas
from diagmod.io.anomaly_files import ANOMALY_DRIVERS, ANOMALY_SCORES
from diagmod.io.defect_catalogue import DEFECTS
from diagmod.io.embedding_files import EMBEDDINGS
from diagmod.io.evaluation_schemas import EVALUATION_TABLES
from diagmod.io.fault_class_tables import CLASS_TABLES
from diagmod.io.fault_files import FAULT_TABLES
from diagmod.io.forecast_tables import FORECAST_TABLES
from diagmod.io.health_tables import HEALTH_TABLES
from diagmod.io.maintenance_events import MAINTENANCE, REFUSED_EVENTS
from diagmod.io.readiness import READINESS
from diagmod.io.regime_tables import REGIME_TABLES
from diagmod.io.schemas import TableSchema
from diagmod.io.trend_tables import TREND

_GENERAL = tuple(
    schema
    for module in (schemas, feature_schemas)
    for schema in vars(module).values()
    if isinstance(schema, TableSchema)
)

_OF_THEIR_TOPIC = (
    TREND,
    MAINTENANCE,
    REFUSED_EVENTS,
    READINESS,
    DEFECTS,
    EMBEDDINGS,
    ANOMALY_SCORES,
    ANOMALY_DRIVERS,
    *CLASS_TABLES,
    *FAULT_TABLES,
    *REGIME_TABLES,
    *HEALTH_TABLES,
    *EVALUATION_TABLES,
    *FORECAST_TABLES.values(),
)

#: Every schema by the name of its table.
TABLES = {schema.name: schema for schema in (*_GENERAL, *_OF_THEIR_TOPIC)}
