"""Tables of labels."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.base import Base


class Label(Base):
    """A row of labels."""

    __tablename__ = "labels"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(40, collation="C"))
    colour: Mapped[str] = mapped_column(sa.String(255, collation="C"), server_default="#888888")

    __table_args__ = (
        sa.UniqueConstraint("name", name="uq_labels_name"),
        sa.CheckConstraint("char_length(name) >= 1", name="ck_labels_name_min"),
    )
