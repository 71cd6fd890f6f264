"""Closed lists of values, states included."""

from typing import Literal

Role = Literal["OWNER", "MAINTAINER", "REPORTER"]
Priority = Literal["LOW", "NORMAL", "HIGH", "URGENT"]
Resolution = Literal["FIXED", "DUPLICATE", "WONT_FIX", "INVALID"]
TicketStatus = Literal["OPEN", "IN_PROGRESS", "CLOSED", "IN_REVIEW"]
