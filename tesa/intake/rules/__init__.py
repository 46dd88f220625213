"""Pure rules of intake: frozen values in, frozen values out."""
