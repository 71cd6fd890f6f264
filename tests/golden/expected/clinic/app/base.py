"""The base of every model."""

from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False):
    """A row as a record: built with every column named, equal only to itself."""

    metadata: ClassVar[sa.MetaData] = sa.MetaData(naming_convention={"pk": "pk_%(table_name)s"})
