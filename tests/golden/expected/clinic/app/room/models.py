"""Tables of rooms."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.base import Base


class Room(Base):
    """A row of rooms."""

    __tablename__ = "rooms"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(40, collation="C"))
    beds: Mapped[int] = mapped_column(sa.Integer, server_default=sa.text("1"))

    __table_args__ = (
        sa.UniqueConstraint("name", name="uq_rooms_name"),
        sa.CheckConstraint("char_length(name) >= 1", name="ck_rooms_name_min"),
        sa.CheckConstraint("beds >= 0", name="ck_rooms_beds_ge"),
        sa.CheckConstraint("beds <= 8", name="ck_rooms_beds_le"),
        sa.Index("ix_rooms_beds", "beds", "id"),
    )
