"""A local Gemini and ElevenLabs that speak the vendors' wire formats and keep a bill."""
