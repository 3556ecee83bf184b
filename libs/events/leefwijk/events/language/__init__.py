"""The published language: the events of all services, a folder per owner, a module per aggregate."""
