"""What a violated database constraint is answered with."""

from app.runtime.errors import Violation

VIOLATIONS: dict[str, Violation] = {
    "ck_comments_body_max": Violation(
        422, "out_of_range", "field:Comment.body", "body must be at most 10000 characters long"
    ),
    "ck_comments_body_min": Violation(
        422, "out_of_range", "field:Comment.body", "body must be at least 1 characters long"
    ),
    "ck_labels_name_min": Violation(
        422, "out_of_range", "field:Label.name", "name must be at least 1 characters long"
    ),
    "ck_members_role_values": Violation(
        422, "out_of_range", "field:Member.role", "role must be one of OWNER, MAINTAINER, REPORTER"
    ),
    "ck_projects_code_min": Violation(
        422, "out_of_range", "field:Project.code", "code must be at least 2 characters long"
    ),
    "ck_projects_description_max": Violation(
        422, "out_of_range", "field:Project.description", "description must be at most 20000 characters long"
    ),
    "ck_projects_name_min": Violation(
        422, "out_of_range", "field:Project.name", "name must be at least 1 characters long"
    ),
    "ck_tickets_body_max": Violation(
        422, "out_of_range", "field:Ticket.body", "body must be at most 20000 characters long"
    ),
    "ck_tickets_priority_values": Violation(
        422, "out_of_range", "field:Ticket.priority", "priority must be one of LOW, NORMAL, HIGH, URGENT"
    ),
    "ck_tickets_resolution_values": Violation(
        422,
        "out_of_range",
        "field:Ticket.resolution",
        "resolution must be one of FIXED, DUPLICATE, WONT_FIX, INVALID",
    ),
    "ck_tickets_status_values": Violation(
        422,
        "out_of_range",
        "field:Ticket.status",
        "status must be one of OPEN, IN_PROGRESS, CLOSED, IN_REVIEW",
    ),
    "ck_tickets_title_min": Violation(
        422, "out_of_range", "field:Ticket.title", "title must be at least 1 characters long"
    ),
    "ck_users_name_min": Violation(
        422, "out_of_range", "field:User.name", "name must be at least 1 characters long"
    ),
    "fk_comments_author_id": Violation(
        409, "in_use", "field:Comment.author", "comments refer to this row", missing="User"
    ),
    "fk_comments_ticket_id": Violation(
        409, "in_use", "field:Comment.ticket", "comments refer to this row", missing="Ticket"
    ),
    "fk_members_project_id": Violation(
        409, "in_use", "field:Member.project", "members refer to this row", missing="Project"
    ),
    "fk_members_user_id": Violation(
        409, "in_use", "field:Member.user", "members refer to this row", missing="User"
    ),
    "fk_tickets_assignee_id": Violation(
        409, "in_use", "field:Ticket.assignee", "tickets refer to this row", missing="User"
    ),
    "fk_tickets_labels_label_id": Violation(
        409, "in_use", "collection:Ticket.labels", "tickets refer to this row", missing="Label"
    ),
    "fk_tickets_labels_ticket_id": Violation(
        409, "in_use", "collection:Ticket.labels", "tickets refer to this row", missing="Ticket"
    ),
    "fk_tickets_parent_id": Violation(
        409, "in_use", "field:Ticket.parent", "tickets refer to this row", missing="Ticket"
    ),
    "fk_tickets_project_id": Violation(
        409, "in_use", "field:Ticket.project", "tickets refer to this row", missing="Project"
    ),
    "fk_tickets_reporter_id": Violation(
        409, "in_use", "field:Ticket.reporter", "tickets refer to this row", missing="User"
    ),
    "uq_labels_name": Violation(409, "conflict", "field:Label.name", "name is already taken"),
    "uq_members_project_id_user_id": Violation(
        409, "conflict", "unique:Member:project_user", "Already a member of the project"
    ),
    "uq_projects_code": Violation(409, "conflict", "field:Project.code", "code is already taken"),
    "uq_tickets_project_id_number": Violation(
        409, "conflict", "unique:Ticket:project_number", "Another Ticket with the same project, number exists"
    ),
    "uq_users_email": Violation(409, "conflict", "field:User.email", "email is already taken"),
}
