"""How fast the house is, beside a bare Sanic and the same SQL under pgbench: `make bench`, `docs/performance.md`.

One file per room measures that room's figures; `house` starts everything on throwaway servers, `load` is the client.
"""
