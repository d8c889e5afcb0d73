"""What the users' clients make of each defect: `python -m tests.client_impact` runs them and writes the table down."""
