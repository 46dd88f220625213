"""Pure rules of rota, presence and routing: values and `now` in, values out."""
