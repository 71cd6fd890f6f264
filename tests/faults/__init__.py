"""Faults put into a healthy application, and who must see them: the negative proof of verification.

- `app.py`: a built application as a value that can be edited
- `source.py`: edits of Python by its syntax tree
- `injectors/`: one function per fault; each finds its place through IR and provenance
- `table.py`: every fault with its class of failure, who sees it first, and the stage at fault
- `run.py`: what the gates and the scenarios say of an application
"""
