package datasets

func modelDefinitions() []Definition { return nil }
