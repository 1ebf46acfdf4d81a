"""PDFs of others and what other programs say of them: the parts of scripts/corpus."""
