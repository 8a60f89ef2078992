"""Which fault, how sure, how severe: learned from labelled recordings, judged on motors that were not seen."""
