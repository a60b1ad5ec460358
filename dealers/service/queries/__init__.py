"""Reads of the service room. Everything comes back as dataclasses, shaped for pages and papers."""

from dealers.network.queries import labour_rate
from dealers.service.queries.cars import Car, car_by_vin, find_cars, knows_car, last_reading, open_numbers
from dealers.service.queries.labour import Operation, find_operations, operation
from dealers.service.queries.orders import (
    JobView,
    LabourView,
    OrderView,
    PartView,
    PhotoView,
    as_rule,
    count_open,
    job_view,
    order_id,
    order_view,
    photo_key,
)
from dealers.service.queries.owners import Owned, find_owned
from dealers.service.queries.visits import Visit, VisitJob, visits

__all__ = [
    "Car", "JobView", "LabourView", "Operation", "OrderView", "Owned", "PartView", "PhotoView", "Visit", "VisitJob",
    "as_rule", "car_by_vin", "count_open", "find_cars", "find_operations", "find_owned", "job_view", "knows_car",
    "labour_rate", "last_reading", "open_numbers", "operation", "order_id", "order_view", "photo_key", "visits",
]  # fmt: skip
