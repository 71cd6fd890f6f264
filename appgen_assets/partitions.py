"""One dynamic partition per application."""

import dagster as dg

APPS = "apps"
apps = dg.DynamicPartitionsDefinition(name=APPS)
