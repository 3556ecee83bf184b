"""The published language: all events, a folder per owning service, a module per aggregate."""
