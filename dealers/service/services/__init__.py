"""Writes of the service room. Each takes ``session, …, actor, now`` and never commits."""

from dealers.service.services.orders import cancel_order, complete_order, open_order, reopen_order
from dealers.service.services.photos import add_photo, look_at_photos, remove_photo
from dealers.service.services.save import Head, JobEdit, LabourEdit, PartEdit, Work, save_work
from dealers.service.services.sublet import SubletEdit
from dealers.service.services.transport import record_special_transport
from dealers.service.services.work import (
    JobText,
    add_job,
    add_labour,
    add_part,
    change_labour,
    change_part,
    remove_job,
    remove_line,
    save_job,
    set_service,
)

__all__ = [
    "Head", "JobEdit", "JobText", "LabourEdit", "PartEdit", "SubletEdit", "Work", "add_job", "add_labour", "add_part",
    "add_photo", "cancel_order", "change_labour", "change_part", "complete_order", "look_at_photos", "open_order",
    "record_special_transport", "remove_job", "remove_line", "remove_photo", "reopen_order", "save_job", "save_work",
    "set_service",
]  # fmt: skip
