"""Which check notices which defect: runs the suite against every defect and variation of the reference registry.

`python -m tests.kill_matrix` runs all of them and writes docs/kill-matrix.md; the tests beside this file run the same under xdist.
"""
