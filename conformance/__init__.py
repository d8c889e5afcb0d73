"""What a registry owes: one module per area, one function per check, and the ledger of requirements."""
