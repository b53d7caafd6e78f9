"""Pages in Vietnamese (source) and English: templates, their view models and messages."""
