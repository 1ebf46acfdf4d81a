"""Our signatures before other judges, theirs before ours, and hostile files before ours: the parts of scripts/conformance."""
