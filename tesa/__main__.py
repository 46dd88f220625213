"""`python -m tesa`: the same as the `tesa` command."""

from tesa.cli import main

main(prog_name="tesa")
