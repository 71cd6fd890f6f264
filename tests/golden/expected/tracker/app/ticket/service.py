"""What can be done with tickets."""

from uuid import UUID

import app.comment.queries as comment_queries
import app.label.queries as label_queries
import app.member.queries as member_queries
import app.project.queries as project_queries
import app.ticket.queries as queries
import app.user.queries as user_queries
from app.comment.models import Comment
from app.label.models import Label
from app.project.models import Project
from app.runtime.database import Database, Transaction
from app.runtime.errors import GuardFailed, found
from app.runtime.ids import new_id
from app.runtime.records import apply_changes
from app.runtime.replies import Stored
from app.ticket.filters import TicketQuery
from app.ticket.models import Ticket
from app.ticket.schemas import (
    TicketAddLabelInput,
    TicketAssignInput,
    TicketCloseInput,
    TicketCreate,
    TicketNestInput,
    TicketRemoveLabelInput,
    TicketUpdate,
)
from app.user.models import User


async def create(database: Database, data: TicketCreate) -> Stored:
    """Create a ticket; return its id and JSON."""

    async def work(tx: Transaction) -> Stored:
        project = await tx.one(Project, project_queries.SHARE, id=data.project_id)
        found(await tx.fetch_one(user_queries.EXISTS, id=data.reporter_id), "User")
        if data.assignee_id is not None:
            found(await tx.fetch_one(user_queries.EXISTS, id=data.assignee_id), "User")
        parent = (
            await tx.one(Ticket, queries.SHARE, id=data.parent_id) if data.parent_id is not None else None
        )
        await tx.rows(Label, label_queries.SHARE_ROWS, *data.label_ids)
        await tx.load(Project.members, member_queries.SHARE_ROWS_BY_PROJECT, project)
        ticket = Ticket(
            id=new_id(),
            project_id=data.project_id,
            number=await tx.fetch_value(queries.NEXT_NUMBER, project_id=data.project_id),
            title=data.title,
            body=data.body,
            priority=data.priority,
            reporter_id=data.reporter_id,
            assignee_id=data.assignee_id,
            parent_id=data.parent_id,
            resolution=None,
            created_at=tx.now,
            updated_at=tx.now,
            status="OPEN",
        )
        if not any(member.user_id == ticket.reporter_id for member in project.members):
            raise GuardFailed("rule:Ticket:b75fdcc3", "The reporter is not a member of the project")
        if ticket.assignee_id is not None and not any(
            member.user_id == ticket.assignee_id for member in project.members
        ):
            raise GuardFailed("rule:Ticket:23897406", "The assignee is not a member of the project")
        if parent is not None and parent.project_id != ticket.project_id:
            raise GuardFailed("rule:Ticket:f948ec0e", "The parent belongs to another project")
        await tx.insert(queries.INSERT, ticket)
        await tx.execute(queries.ADD_LABELS, id=ticket.id, ids=data.label_ids)
        return Stored(ticket.id, await tx.document("Ticket", queries.DOCUMENT, id=ticket.id))

    return await database.run(work)


async def list_page(database: Database, query: TicketQuery) -> str:
    """Return the JSON of a page of tickets."""
    return await queries.LISTING.page(
        database,
        limit=query.limit,
        offset=query.offset,
        sort=query.sort,
        q=query.q,
        total=query.total,
        filters={
            "project_id": query.project_id,
            "status": query.status,
            "priority": query.priority,
            "assignee_id": query.assignee_id,
            "parent_id": query.parent_id,
        },
    )


async def read(database: Database, ticket_id: UUID) -> str:
    """Return the JSON of a ticket."""
    return await database.document("Ticket", queries.DOCUMENT, id=ticket_id)


async def update(database: Database, ticket_id: UUID, data: TicketUpdate) -> str:
    """Change a ticket; return its JSON."""

    async def work(tx: Transaction) -> str:
        ticket = await tx.one(Ticket, queries.LOCK, id=ticket_id)
        if data.assignee_id is not None:
            found(await tx.fetch_one(user_queries.EXISTS, id=data.assignee_id), "User")
        if data.label_ids is not None:
            await tx.rows(Label, label_queries.SHARE_ROWS, *data.label_ids)
        apply_changes(ticket, data)
        ticket.updated_at = tx.now
        if data.label_ids is not None:
            await tx.execute(queries.CLEAR_LABELS, id=ticket.id)
            await tx.execute(queries.ADD_LABELS, id=ticket.id, ids=data.label_ids)
        if "assignee_id" in data.model_fields_set:
            await tx.load(Ticket.project, project_queries.SHARE_ROWS, ticket)
            await tx.load(Project.members, member_queries.SHARE_ROWS_BY_PROJECT, ticket.project)
            if ticket.assignee_id is not None and not any(
                member.user_id == ticket.assignee_id for member in ticket.project.members
            ):
                raise GuardFailed("rule:Ticket:23897406", "The assignee is not a member of the project")
        await tx.save(queries.UPDATE, ticket)
        return await tx.document("Ticket", queries.DOCUMENT, id=ticket.id)

    return await database.run(work)


async def assign(database: Database, ticket_id: UUID, data: TicketAssignInput) -> str:
    """Hands a ticket to a member of its project."""

    async def work(tx: Transaction) -> str:
        assignee = await tx.one(User, user_queries.SHARE, id=data.assignee_id)
        ticket = await tx.one(Ticket, queries.LOCK, id=ticket_id)
        await tx.load(Ticket.project, project_queries.SHARE_ROWS, ticket)
        await tx.load(Project.members, member_queries.SHARE_ROWS_BY_PROJECT, ticket.project)
        if ticket.status == "CLOSED":
            raise GuardFailed("require:Ticket.assign:0b01e615", "The ticket is closed")
        ticket.assignee_id = assignee.id
        ticket.updated_at = tx.now
        if ticket.assignee_id is not None and not any(
            member.user_id == ticket.assignee_id for member in ticket.project.members
        ):
            raise GuardFailed("rule:Ticket:23897406", "The assignee is not a member of the project")
        await tx.save(queries.UPDATE, ticket)
        return await tx.document("Ticket", queries.DOCUMENT, id=ticket.id)

    return await database.run(work)


async def nest(database: Database, ticket_id: UUID, data: TicketNestInput) -> str:
    """Puts a ticket below another one."""

    async def work(tx: Transaction) -> str:
        ticket, parent = await tx.rows(Ticket, queries.LOCK_ROWS, ticket_id, data.parent_id)
        await tx.load(Ticket.parent, queries.LOCK_ROWS, ticket)
        if parent.id == ticket.id:
            raise GuardFailed("require:Ticket.nest:48d0660d", "A ticket can not be its own parent")
        if parent.parent_id is not None and (parent.parent_id is None or parent.parent_id == ticket.id):
            raise GuardFailed("require:Ticket.nest:126c009e", "It is below this ticket already")
        ticket.parent_id = parent.id
        ticket.updated_at = tx.now
        ticket.parent = parent
        if ticket.parent is not None and ticket.parent.project_id != ticket.project_id:
            raise GuardFailed("rule:Ticket:f948ec0e", "The parent belongs to another project")
        await tx.save(queries.UPDATE, ticket)
        return await tx.document("Ticket", queries.DOCUMENT, id=ticket.id)

    return await database.run(work)


async def start(database: Database, ticket_id: UUID) -> str:
    """Somebody works on it now."""

    async def work(tx: Transaction) -> str:
        ticket = await tx.one(Ticket, queries.LOCK, id=ticket_id)
        if ticket.assignee_id is None:
            raise GuardFailed("require:Ticket.start:7270046f", "Nobody is assigned")
        if ticket.status not in ("OPEN", "IN_REVIEW"):
            raise GuardFailed("effect:Ticket.start:1", "status must be OPEN or IN_REVIEW")
        ticket.status = "IN_PROGRESS"
        ticket.updated_at = tx.now
        await tx.save(queries.UPDATE, ticket)
        return await tx.document("Ticket", queries.DOCUMENT, id=ticket.id)

    return await database.run(work)


async def review(database: Database, ticket_id: UUID) -> str:
    """Review: a flow of tickets."""

    async def work(tx: Transaction) -> str:
        ticket = await tx.one(Ticket, queries.LOCK, id=ticket_id)
        if ticket.status != "IN_PROGRESS":
            raise GuardFailed("effect:Ticket.review:1", "status must be IN_PROGRESS")
        ticket.status = "IN_REVIEW"
        ticket.updated_at = tx.now
        await tx.save(queries.UPDATE, ticket)
        return await tx.document("Ticket", queries.DOCUMENT, id=ticket.id)

    return await database.run(work)


async def close(database: Database, ticket_id: UUID, data: TicketCloseInput) -> str:
    """Closes a ticket with its resolution; its children must be closed before."""

    async def work(tx: Transaction) -> str:
        author = await tx.one(User, user_queries.SHARE, id=data.author_id)
        ticket = await tx.one(Ticket, queries.LOCK, id=ticket_id)
        await tx.load(Ticket.project, project_queries.LOCK_ROWS, ticket)
        await tx.execute(queries.LOCK_TABLE)
        count_tickets = await tx.fetch_value(queries.COUNT_1, self_id=ticket.id)
        if count_tickets != 0:
            raise GuardFailed("require:Ticket.close:c6377f98", "A child is still open")
        if ticket.status not in ("OPEN", "IN_REVIEW"):
            raise GuardFailed("effect:Ticket.close:1", "status must be OPEN or IN_REVIEW")
        ticket.status = "CLOSED"
        ticket.updated_at = tx.now
        ticket.resolution = data.resolution
        ticket.project.closed_tickets += 1
        comments: list[Comment] = []
        if data.note is not None:
            comment = Comment(
                id=new_id(), ticket_id=ticket.id, author_id=author.id, body=data.note, created_at=tx.now
            )
            comments.append(comment)
        await tx.save(queries.UPDATE, ticket)
        await tx.save(project_queries.UPDATE, ticket.project)
        await tx.insert(comment_queries.INSERT, *comments)
        if ticket.resolution is None:
            raise GuardFailed("ensure:Ticket.close:dab8a69d", "Not met: ticket.resolution is not null")
        return await tx.document("Ticket", queries.DOCUMENT, id=ticket.id)

    return await database.run(work)


async def reopen(database: Database, ticket_id: UUID) -> str:
    """Reopen: a flow of tickets."""

    async def work(tx: Transaction) -> str:
        ticket = await tx.one(Ticket, queries.LOCK, id=ticket_id)
        await tx.load(Ticket.project, project_queries.LOCK_ROWS, ticket)
        if ticket.status != "CLOSED":
            raise GuardFailed("effect:Ticket.reopen:1", "status must be CLOSED")
        ticket.status = "OPEN"
        ticket.updated_at = tx.now
        ticket.resolution = None
        ticket.project.closed_tickets -= 1
        await tx.save(queries.UPDATE, ticket)
        await tx.save(project_queries.UPDATE, ticket.project)
        return await tx.document("Ticket", queries.DOCUMENT, id=ticket.id)

    return await database.run(work)


async def add_label(database: Database, ticket_id: UUID, data: TicketAddLabelInput) -> str:
    """Add label: a flow of tickets."""

    async def work(tx: Transaction) -> str:
        label = await tx.one(Label, label_queries.SHARE, id=data.label_id)
        ticket = await tx.one(Ticket, queries.LOCK, id=ticket_id)
        await tx.execute(queries.ADD_LABELS, id=ticket.id, ids=[label.id])
        return await tx.document("Ticket", queries.DOCUMENT, id=ticket.id)

    return await database.run(work)


async def remove_label(database: Database, ticket_id: UUID, data: TicketRemoveLabelInput) -> str:
    """Remove label: a flow of tickets."""

    async def work(tx: Transaction) -> str:
        label = await tx.one(Label, label_queries.SHARE, id=data.label_id)
        ticket = await tx.one(Ticket, queries.LOCK, id=ticket_id)
        await tx.execute(queries.REMOVE_LABELS, id=ticket.id, ids=[label.id])
        return await tx.document("Ticket", queries.DOCUMENT, id=ticket.id)

    return await database.run(work)
