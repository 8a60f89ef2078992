"""Files and formats: the only layer that knows where things lie and how they are written."""
