"""Items of the three tables: keys, translation, transactions. `docs/data.md` lists the access
patterns."""
