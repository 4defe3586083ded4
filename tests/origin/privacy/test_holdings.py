from __future__ import annotations

import pytest
from sqlalchemy import Column, LargeBinary, MetaData, String, Table

from origin.privacy.holdings import HOLDINGS, NotHeld, demand_all_held, unheld
from origin.storage.schema import DATA


def test_everything_about_persons_can_be_shown_and_erased() -> None:
    assert unheld(DATA.metadata) == []
    assert {one.table.name for one in HOLDINGS} >= {"shopper", "model_output", "event", "event_state"}


def test_a_new_table_about_persons_cannot_be_forgotten() -> None:
    grown = MetaData()
    for table in DATA.metadata.sorted_tables:
        table.to_metadata(grown)
    Table("wish", grown, Column("shopper", String(44), primary_key=True), Column("text", String(9)))
    Table("weather", grown, Column("day", String(9), primary_key=True))
    assert unheld(grown) == ["wish"]
    with pytest.raises(NotHeld, match="wish"):
        demand_all_held(grown)


def test_a_new_sealed_column_cannot_be_forgotten() -> None:
    grown = MetaData()
    for table in DATA.metadata.sorted_tables:
        copy = table.to_metadata(grown)
        if table.name == "shopper":
            copy.append_column(Column("diary", LargeBinary))
    assert unheld(grown) == ["shopper.diary"]
