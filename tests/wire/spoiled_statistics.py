"""The faults of the calls on daily figures, in the order in which they win (wire.scene)."""

from __future__ import annotations

from support.figures import end_day
from wire.scene import Scene, Table, fault, put

TOTALS, COUPONS = "/datacube/getcardbizuininfo", "/datacube/getcardcardinfo"
NEVER = "2037-01-01"


def old_days(scene: Scene) -> None:
    """Ask for days before there was an account."""
    scene.body = {"begin_date": "2020-01-01", "end_date": "2020-01-02", "cond_source": 1}


def just_ended(scene: Scene) -> None:
    """Ask for the day that has ended this moment."""
    day = end_day(scene.api)
    scene.body |= {"begin_date": day, "end_date": day}


DAYS = (
    put("61501 reversed", "begin_date", "2037-01-02"),
    put("61501 not_over", "end_date", NEVER),
    put("61501 too_long", "begin_date", "2001-01-01"),
    fault("61503 not_closed", act=just_ended, takes="begin_date end_date"),
)

TABLES = (Table(TOTALS, old_days, DAYS), Table(COUPONS, old_days, DAYS))
