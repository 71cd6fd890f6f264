"""The machinery under the pipeline: stages, their keys, and the content-addressed cache."""
