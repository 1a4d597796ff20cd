"""The API's routes, by noun; `vigie.api.routing` says which module has which."""
