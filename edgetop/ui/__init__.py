"""The screen: Textual widgets that paint samples; nothing outside imports Textual."""
