"""How the tables of the store come into being and change: Alembic's environment and the steps."""
