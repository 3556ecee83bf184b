"""Pure folds: from events to rows, a module per owning aggregate."""
