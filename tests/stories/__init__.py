"""Whole nights on the hotline, with fake phones and a clock that the test moves."""
