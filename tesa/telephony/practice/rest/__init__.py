"""Twilio's REST interface, as far as TeSA uses it: one module for each kind of resource."""
