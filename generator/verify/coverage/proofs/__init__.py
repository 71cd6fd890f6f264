"""Why something can't happen: by SMT over conditions, by the graph of states, by how rows are made."""
