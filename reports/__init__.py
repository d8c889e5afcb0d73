"""What people read after a run: report.json and everything that is made from it."""
