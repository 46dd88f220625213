"""What retention decides by: no database, no clock."""
