"""Pages of a list: filters, order, search, total."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_
from sqlalchemy.types import String

from .database import Database
from .errors import Invalid

_VARIANTS = 256
NULL = "null"  # the filter value that finds null


class Listing:
    """One list's statements, each combination of filters and order built once.

    `documents` selects the JSON text of each row; `filters` holds under "x" a
    condition over the parameter "x_" (and "x is null" under "x=null");
    `default` holds unless one of the filters in `unless` is asked for.
    """

    def __init__(
        self,
        documents: Select[Any],
        *,
        key: ColumnElement[Any],
        filters: Mapping[str, ColumnElement[bool]],
        sorts: Mapping[str, ColumnElement[Any]],
        default_sort: Sequence[str] = (),
        search: Sequence[ColumnElement[str]] = (),
        default: ColumnElement[bool] | None = None,
        unless: Iterable[str] = (),
    ) -> None:
        self._documents = documents
        self._key = key
        self._filters = filters
        self._sorts = sorts
        self._default_sort = tuple(default_sort)
        self._search = [_folding(c).ilike(bindparam("_q", type_=String), escape="\\") for c in search]
        self._default = default
        self._unless = frozenset(unless)
        self._page = lru_cache(_VARIANTS)(self._build_page)
        self._total = lru_cache(_VARIANTS)(self._build_total)

    async def page(
        self,
        database: Database,
        *,
        limit: int,
        offset: int,
        sort: str | None = None,
        q: str | None = None,
        total: bool = False,
        filters: Mapping[str, Any],
        **path: Any,
    ) -> str:
        """Return the JSON text of one page; `filters` that are None don't count, `path` names the owner."""
        order = self._order(sort)
        asked = {name: value for name, value in filters.items() if value is not None}
        chosen = tuple(
            f"{n}={NULL}" if v == NULL and f"{n}={NULL}" in self._filters else n for n, v in asked.items()
        )
        params = {f"{name}_": value for name, value in asked.items()}
        if q and self._search:
            chosen += ("_q",)
            params["_q"] = _pattern(q)
        rows = await database.fetch_all(
            self._page(chosen, order), _limit=limit + 1, _offset=offset, **params, **path
        )
        members = [f'"items":[{",".join(row["document"] for row in rows[:limit])}]']
        members += [f'"limit":{limit}', f'"offset":{offset}', f'"has_more":{str(len(rows) > limit).lower()}']
        if total:
            count = await database.fetch_value(self._total(chosen), **params, **path)
            members.append(f'"total":{count}')
        return "{" + ",".join(members) + "}"

    def _order(self, sort: str | None) -> tuple[str, ...]:
        if not sort:
            return self._default_sort
        keys = tuple(dict.fromkeys(sort.split(",")))
        for key in keys:
            if key.removeprefix("-") not in self._sorts:
                known = ", ".join(self._sorts) or "nothing"
                raise Invalid(("query", "sort"), f"Can't sort by {key!r}, only by {known}", "sort")
        return keys

    def _build_page(self, chosen: tuple[str, ...], order: tuple[str, ...]) -> Select[Any]:
        keys = [self._sorts[k[1:]].desc() if k.startswith("-") else self._sorts[k].asc() for k in order]
        page = self._documents.where(*self._conditions(chosen)).order_by(*keys, self._key)
        return page.limit(bindparam("_limit")).offset(bindparam("_offset"))

    def _build_total(self, chosen: tuple[str, ...]) -> Select[Any]:
        rows = self._documents.with_only_columns(func.count(), maintain_column_froms=True)
        return rows.where(*self._conditions(chosen))

    def _conditions(self, chosen: tuple[str, ...]) -> list[ColumnElement[bool]]:
        conditions = [or_(*self._search) if name == "_q" else self._filters[name] for name in chosen]
        asked = {name.removesuffix(f"={NULL}") for name in chosen}
        if self._default is not None and not asked & self._unless:
            conditions.append(self._default)
        return conditions


def _folding(text: ColumnElement[str]) -> ColumnElement[str]:
    """Return the text in a collation that knows more than ASCII's upper and lower case."""
    return text.collate("default")


def _pattern(q: str) -> str:
    """Return a LIKE pattern that finds `q` anywhere, its wildcards taken literally."""
    escaped = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
