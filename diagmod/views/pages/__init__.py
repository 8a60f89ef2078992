"""The dashboard pages: what stakeholders open, over the artefacts that the pipeline has put in place."""
